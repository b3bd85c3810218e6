import { z } from 'zod'
import { appSchema, gatewaySchema, tenantSchema } from './schema.ts'

/** A JSON Schema, as far as it is known. */
export type JsonSchema = { readonly [key: string]: unknown }

/** The kinds of files of the config. */
export type FileKind = 'gateway' | 'tenant' | 'app'

/**
 * The JSON Schemas of the files of the config, for editors. Draft 7 is what yaml-language-server and VS Code
 * understand in full.
 */
export function jsonSchemas(): Record<FileKind, JsonSchema> {
  return {
    gateway: toJsonSchema(gatewaySchema, 'The gateway', 'gateway.yaml: the gateway itself.'),
    tenant: toJsonSchema(
      tenantSchema,
      'A tenant',
      'tenants/<tenant>.yaml: its hosts, app and props.',
    ),
    app: toJsonSchema(appSchema, 'An app', 'apps/<app>.yaml: what serves, and how.'),
  }
}

function toJsonSchema(schema: z.ZodType, title: string, description: string): JsonSchema {
  const {
    $schema,
    definitions: _,
    ...rest
  } = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
  })
  return { $schema, title, description, type: 'object', ...(simplify(rest) as JsonSchema) }
}

/** Writes any JSON as `{}`, alternatives of constants as an enum, and leaves out limits that say nothing. */
function simplify(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(simplify)
  if (typeof value !== 'object' || value === null) return value
  if ('$ref' in value) return {}
  const entries = Object.entries(value).filter(([, inner]) => inner !== Number.MAX_SAFE_INTEGER)
  const { oneOf, anyOf = oneOf, ...rest } = Object.fromEntries(entries)
  const constants = Array.isArray(anyOf)
    ? anyOf.map((one: object) => Reflect.get(one, 'const'))
    : []
  const hasAlternatives = anyOf !== undefined && constants.includes(undefined)
  return {
    ...Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, simplify(inner)])),
    ...(hasAlternatives ? { anyOf: simplify(anyOf) } : {}),
    ...(anyOf !== undefined && !hasAlternatives ? { enum: constants } : {}),
  }
}
