// Writes config/schema/*.schema.json and docs/config-reference.md from the schemas of the built package.
// With --check it writes nothing, and exits with 1 where one of them is stale.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { jsonSchemas } from '../dist/config/json-schema.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const TITLES = {
  gateway: '`config/gateway.yaml`',
  tenant: '`config/tenants/<tenant>.yaml`',
  app: '`config/apps/<app>.yaml`',
  upstream: '`config/apps/<app>.yaml` with `kind: upstream`',
}

const schemas = jsonSchemas()
const outputs = new Map([
  ...Object.entries(schemas).map(([kind, schema]) => [
    `${ROOT}config/schema/${kind}.schema.json`,
    `${JSON.stringify(schema, undefined, 2)}\n`,
  ]),
  [`${ROOT}docs/config-reference.md`, reference(schemas)],
])

const stale = [...outputs].filter(([path, text]) => read(path) !== text)
if (process.argv.includes('--check')) {
  for (const [path] of stale)
    console.error(`${relative(ROOT, path)} is stale: run \`node gateway/scripts/generate.js\``)
  process.exitCode = stale.length > 0 ? 1 : 0
} else {
  for (const [path, text] of stale) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    console.log(`wrote ${relative(ROOT, path)}`)
  }
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function reference(all) {
  const intro = [
    '# Config reference',
    '',
    'Generated from the schemas by `gateway/scripts/generate.js`: do not edit.',
    '',
    'Every file may be YAML 1.2 (`.yaml`, `.yml`) or JSON (`.json`). The name of a file is the id of its tenant or app.',
    'A duration is written as `250ms`, `10s`, `5m` or `1h`.',
  ]
  const [next, upstream] = all.app.anyOf
  const tables = Object.entries({ ...all, app: next, upstream }).flatMap(([kind, schema]) => [
    '',
    `## ${TITLES[kind]}`,
    '',
    '| key | type | default | what it does |',
    '| --- | --- | --- | --- |',
    ...rows(schema, '').map((cells) => `| ${cells.join(' | ')} |`),
  ])
  return `${[...intro, ...tables].join('\n')}\n`
}

function rows(schema, prefix) {
  const required = schema.required ?? []
  return Object.entries(schema.properties ?? {})
    .filter(([key]) => key !== '$schema')
    .flatMap(([key, property]) => {
      const path = `${prefix}${key}`
      const row = [
        `\`${path}\``,
        typeOf(property),
        required.includes(key) ? 'required' : defaultOf(property),
        cell(property.description ?? ''),
      ]
      return [row, ...rows(property, `${path}.`), ...inner(property, path)]
    })
}

/** Rows for the maps among the alternatives of a value, or of the items of a list. */
function inner(property, path) {
  const items = property.items?.anyOf?.flatMap((one) => rows(one, `${path}[].`)) ?? []
  return [...items, ...(property.anyOf?.flatMap((one) => rows(one, `${path}.`)) ?? [])]
}

function typeOf(schema) {
  if (schema.title === 'duration') return 'duration'
  if (schema.enum !== undefined) return schema.enum.map(code).join(', ')
  if (schema.const !== undefined) return code(schema.const)
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(' or ')
  if (schema.type === 'array') return `list of ${typeOf(schema.items)}`
  if (schema.type === 'integer') return `whole number${range(schema)}`
  if (schema.type === 'object') {
    return schema.additionalProperties?.type === 'string' ? 'map of text' : 'map'
  }
  return { string: 'text', number: 'number', boolean: 'true or false' }[schema.type] ?? 'JSON'
}

function range({ minimum, maximum }) {
  if (maximum === undefined) return minimum === undefined ? '' : `, from ${minimum}`
  return `, ${minimum} to ${maximum}`
}

function defaultOf(schema) {
  const hasKeys = schema.properties !== undefined
  return schema.default === undefined || hasKeys ? '' : code(schema.default)
}

function code(value) {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}

function cell(text) {
  return text.replaceAll('|', '\\|')
}
