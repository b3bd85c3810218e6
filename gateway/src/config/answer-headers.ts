import { z } from 'zod'

/** They frame a message, belong to one connection, or are the gateway's own to write. */
const REFUSED = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-range',
  'date',
  'keep-alive',
  'proxy-authenticate',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-request-id',
])

const name = z
  .string()
  .regex(/^[\w!#$%&'*+.^`|~-]{1,128}$/, 'write the name of a header')
  .refine((text) => !REFUSED.has(text.toLowerCase()), 'is not for config to set: remove it')

const value = z
  .string('write a text, or null to remove the header')
  .regex(/^[\x20-\x7e\t]{1,4096}$/, 'write visible ASCII on one line, at most 4096 characters')

/** `headers` of a tenant and of the gateway: what answers of apps carry, or null for what is taken out of them. */
export const answerHeadersSchema = z.record(name, value.nullable())

export type AnswerHeaders = z.output<typeof answerHeadersSchema>
