import { INTERNAL, REVALIDATED } from './internal-headers.ts'

/** Response headers of one connection, never handed on (RFC 9110 §7.6.1). */
export const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/**
 * The headers of an app's answer as the client gets them: name, value, name, value, in the app's order.
 * @param raw `rawHeaders` of the answer
 * @param id request id; the app's own `x-request-id` goes
 * @param isFill the answer goes to the gateway's cache, which reads the internal headers and takes them off itself
 */
export function responseHeaders(raw: readonly string[], id: string, isFill = false): string[] {
  const named = namedByConnection(raw)
  const headers: string[] = []
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string
    const lower = name.toLowerCase()
    if (HOP_BY_HOP.has(lower) || lower === 'x-request-id' || named?.has(lower)) continue
    if (lower.startsWith(INTERNAL) && (!isFill || lower === REVALIDATED)) continue
    headers.push(name, raw[i + 1] as string)
  }
  headers.push('x-request-id', id)
  return headers
}

function namedByConnection(raw: readonly string[]): Set<string> | undefined {
  let named: Set<string> | undefined
  for (let i = 0; i < raw.length; i += 2) {
    if (raw[i]?.length !== 10 || raw[i]?.toLowerCase() !== 'connection') continue
    for (const part of (raw[i + 1] as string).split(',')) {
      const name = part.trim().toLowerCase()
      if (name === 'keep-alive' || name === 'close') continue
      named ??= new Set()
      named.add(name)
    }
  }
  return named
}
