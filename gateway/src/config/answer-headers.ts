import { z } from 'zod'

/**
 * They frame a message, belong to one connection or handshake, say what the one answer means and for whom it may be stored, or are
 * the gateway's own to write: no one value of them is right for every answer.
 */
const REFUSED = new Set([
  'accept-ranges',
  'age',
  'connection',
  'content-encoding',
  'content-length',
  'content-location',
  'content-range',
  'content-type',
  'date',
  'etag',
  'http2-settings',
  'keep-alive',
  'last-modified',
  'location',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-connection',
  'refresh',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'vary',
  'www-authenticate',
  'x-request-id',
])

/** Those of a WebSocket's handshake. */
const HANDSHAKE = /^sec-websocket-/

const name = z
  .string()
  .regex(/^[\w!#$%&'*+.^`|~-]{1,128}$/, 'write the name of a header')
  .refine(
    (text) => !REFUSED.has(text.toLowerCase()) && !HANDSHAKE.test(text.toLowerCase()),
    'frames an answer or says what it means, which is for the app alone: remove it',
  )

const value = z
  .string('write a text, or null to remove the header')
  .regex(/^[\x20-\x7e\t]{1,4096}$/, 'write visible ASCII on one line, at most 4096 characters')

/** `headers` of a tenant and of the gateway: what answers of apps carry, or null for what is taken out of them. */
export const answerHeadersSchema = z.record(name, value.nullable())
