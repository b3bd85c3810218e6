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

/** What an answer says to the gateway. Lines of one name are joined. */
export interface Said {
  'content-length'?: string
  'transfer-encoding'?: string
  trailer?: string
  [REVALIDATED]?: string
}

/** By the names that are not handed on, or are looked at. */
const READ = new Set<string>(['content-length', 'transfer-encoding', 'trailer', REVALIDATED])
const DROPPED = new Set<string>([...HOP_BY_HOP, 'x-request-id'])
/** Lengths of all of these names but the internal ones: most names are passed over by theirs. */
const LENGTHS = new Set([...READ, ...DROPPED].map(({ length }) => length))

/**
 * The headers of an app's answer as the client gets them: name, value, name, value, in the app's order.
 * @param raw those that came
 * @param id request id; the app's own `x-request-id` goes
 * @param isFill the answer goes to the gateway's cache, which reads the internal headers and takes them off itself
 * @param said filled with what the gateway itself reads
 */
export function responseHeaders(
  raw: readonly string[],
  id: string,
  isFill = false,
  said: Said = {},
): string[] {
  const headers: string[] = []
  let named: Set<string> | undefined
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string
    const value = raw[i + 1] as string
    // The internal ones begin with an x.
    if (LENGTHS.has(name.length) || (name.charCodeAt(0) | 0x20) === 0x78) {
      const lower = name.toLowerCase()
      if (READ.has(lower)) read(said, lower as keyof Said, value)
      if (lower === 'connection') named = addNamed(named, value)
      if (DROPPED.has(lower)) continue
      if (lower.startsWith(INTERNAL) && (!isFill || lower === REVALIDATED)) continue
    }
    headers.push(name, value)
  }
  headers.push('x-request-id', id)
  return named === undefined ? headers : without(headers, named)
}

function read(said: Said, name: keyof Said, value: string): void {
  const before = said[name]
  said[name] = before === undefined ? value : `${before}, ${value}`
}

/** Adds what `Connection` names; `close` and `keep-alive` are options and no headers. */
function addNamed(named: Set<string> | undefined, value: string): Set<string> | undefined {
  const parts = value.split(',').map((part) => part.trim().toLowerCase())
  const names = parts.filter((part) => part !== 'keep-alive' && part !== 'close')
  return names.length === 0 ? named : new Set([...(named ?? []), ...names])
}

/** The id of the request, which is the last, stays. */
function without(headers: readonly string[], named: ReadonlySet<string>): string[] {
  const kept: string[] = []
  for (let i = 0; i < headers.length; i += 2) {
    const isId = i === headers.length - 2
    const name = headers[i] as string
    if (isId || !named.has(name.toLowerCase())) kept.push(name, headers[i + 1] as string)
  }
  return kept
}
