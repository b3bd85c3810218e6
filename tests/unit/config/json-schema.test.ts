import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from '@jest/globals'
import { jsonSchemas, type FileKind } from '../../../gateway/src/config/json-schema.ts'
import { BUILD_TIME_KEYS, confSchema } from '../../../gateway/src/config/next-conf.ts'

interface Node {
  readonly [key: string]: Node
}

const schemas = jsonSchemas() as unknown as Record<FileKind, Node>

test.each(['gateway', 'tenant', 'app'] as const)(
  'config/schema/%s.schema.json is not stale',
  async (kind) => {
    const file = new URL(`../../../config/schema/${kind}.schema.json`, import.meta.url)
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(schemas[kind])
  },
)

describe('for editors', () => {
  test('every key has a description', () => {
    const silent = Object.values(schemas).flatMap((schema) => keysOf(schema, ''))
    expect(
      silent.filter(([, node]) => node['description'] === undefined).map(([path]) => path),
    ).toEqual([])
    expect(silent.length).toBeGreaterThan(50)
  })

  test('values are those that people write, with their defaults', () => {
    const { gateway, tenant, app } = schemas
    expect(gateway['properties']?.['shutdownTimeout']).toMatchObject({
      type: 'string',
      title: 'duration',
      default: '10s',
    })
    expect(gateway['properties']?.['listen']?.['properties']?.['port']).toMatchObject({
      type: 'integer',
      default: 3000,
      maximum: 65_535,
    })
    expect(tenant['required']).toEqual(['hosts'])
    expect(tenant['additionalProperties']).toBe(false)
    expect(tenant['properties']?.['props']?.['additionalProperties']).toEqual({})
    const [next, upstream] = listOf(app['anyOf'])
    expect(next?.['properties']?.['runtime']?.['enum']).toEqual(['process', 'shared'])
    expect(upstream?.['required']).toEqual(['kind', 'targets'])
  })

  test('they are draft 7, with a title', () => {
    for (const schema of Object.values(schemas)) {
      expect(schema).toMatchObject({
        $schema: 'http://json-schema.org/draft-07/schema#',
        title: expect.any(String),
        type: 'object',
      })
      expect(JSON.stringify(schema)).not.toContain('$ref')
    }
  })
})

test('next.conf and the keys of the build are what Next.js knows, each once', () => {
  const script = `
    const { configSchema } = require('next/dist/server/config-schema.js')
    console.log(JSON.stringify(Object.keys(configSchema._def.getter().shape)))`
  const keys: unknown = JSON.parse(
    execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }),
  )
  const ours = [...BUILD_TIME_KEYS, ...Object.keys(confSchema.shape)]
  expect(ours.toSorted()).toEqual((keys as string[]).toSorted())
})

function keysOf(schema: Node, prefix: string): [string, Node][] {
  const alternatives = [schema, ...listOf(schema['anyOf']), ...listOf(schema['items']?.['anyOf'])]
  return alternatives
    .flatMap((one) => Object.entries<Node>(one['properties'] ?? {}))
    .flatMap(([key, node]): [string, Node][] => [
      [`${prefix}${key}`, node],
      ...keysOf(node, `${prefix}${key}.`),
    ])
}

function listOf(value: Node | undefined): Node[] {
  return Array.isArray(value) ? value : []
}
