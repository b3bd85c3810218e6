import type { IncomingMessage } from 'node:http'
import { isUntrusted } from './request-headers.ts'
import { isWritable } from './writable.ts'

/** Fields that a recipient might act on as if they had stood in the head (RFC 9110 §6.5.1). */
const HEAD_ONLY =
  /^(?:content-.*|transfer-encoding|host|cache-control|expires|date|location|retry-after|vary|set-cookie|cookie|authorization|www-authenticate|age|etag|last-modified|range|if-.*|max-forwards|pragma|warning|allow)$/

/** What a reader that takes trailers for headers would see another message by; spelt for CGI, too. */
const FRAMING = /^(?:content[-_]length|transfer[-_]encoding|host)$/i

/** The most that are handed on. */
const MAX_TRAILERS = 64

/** Whether trailers can follow an answer (RFC 9112 §7.1): only a chunked body has any. @param status of the answer */
export function mayHaveTrailers({ httpVersion, method }: IncomingMessage, status: number): boolean {
  return httpVersion === '1.1' && method !== 'HEAD' && status !== 204 && status !== 304
}

/** Whether one of the trailers would frame or route the message, had it stood in the head (RFC 9112 §7.1.2). */
export function hasFraming(raw: readonly string[]): boolean {
  return raw.some((name, i) => i % 2 === 0 && FRAMING.test(name))
}

/**
 * The trailers that may be handed on: none that frames, routes or says what only the gateway may say.
 * @param raw `rawTrailers` of a message
 */
export function safeTrailers(raw: readonly string[]): [name: string, value: string][] {
  const trailers: [string, string][] = []
  for (let i = 0; i < raw.length && trailers.length < MAX_TRAILERS; i += 2) {
    const name = raw[i] as string
    const value = raw[i + 1] as string
    const lower = name.toLowerCase()
    if (HEAD_ONLY.test(lower) || isUntrusted(lower) || !isWritable(value)) continue
    trailers.push([name, value])
  }
  return trailers
}
