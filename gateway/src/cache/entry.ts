import type { Encoding } from '../http/accept-encoding.ts'
import { parseCacheControl } from '../http/cache-control.ts'
import { isCompressible } from '../http/compress.ts'
import { parseHttpDate } from '../http/date.ts'
import { decodeTags, INTERNAL, TAGS } from '../http/internal-headers.ts'
import { HOP_BY_HOP } from '../http/response-headers.ts'
import type { Reuse } from './policy.ts'
import type { Resource } from './store.ts'

/** The bytes of an answer in one coding, and the head that goes with them. */
export interface Representation {
  readonly coding: Encoding
  readonly body: Buffer
  /** As the head says it. */
  readonly etag: string | undefined
  /**
   * Name, value, name, value, as `writeHead` takes them. The values of `AGE`, `REQUEST_ID` and `CACHE_STATUS` are set for each
   * answer; that is safe, as `writeHead` is done with the list when it returns.
   */
  readonly head: string[]
  /** What of `head` is the same for each answer, serialized; made when first asked for. */
  lines: string | undefined
  /** The same without what a 304 leaves out; made when first asked for. */
  notModifiedHead: string[] | undefined
}

/** Places in `head` of what differs for each answer. */
export const AGE = 1
export const REQUEST_ID = 3
export const CACHE_STATUS = 5

/** A stored answer. Times on the clock of `performance.now()`. */
export interface Entry {
  readonly status: number
  readonly statusMessage: string
  readonly identity: Representation
  /** In other codings: there, being made, or not smaller. */
  readonly coded: Map<Encoding, Representation | Promise<void> | 'useless'>
  /** Worth another coding, and may have one. */
  readonly isCompressible: boolean
  /** What caches behind the gateway have said of it (`Cache-Status`). */
  readonly cacheStatus: string | undefined
  /** Milliseconds since the epoch. */
  readonly lastModified: number | undefined
  readonly bornAt: number
  readonly freshUntil: number
  /** Until when it may be used while a newer one is fetched. */
  usableUntil: number
  /** Until when it may be used because a newer one could not be had. */
  readonly fallbackUntil: number
  readonly isCookieless: boolean
  /** Cache tags of Next.js; undefined where they are not known. */
  readonly tags: readonly string[] | undefined
  /** A newer one is being fetched. */
  isRefreshing: boolean
  /** Until then it is not asked for again, on the same clock: Next.js itself has called it stale, and makes a newer one. */
  askAgainAt: number
  resource: Resource | undefined
  /** What it counts for. */
  bytes: number
}

export interface EntryParts {
  readonly status: number
  readonly statusMessage: string
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>
  /** The same as they came: name, value, name, value. */
  readonly raw: readonly string[]
  /** Where the headers do not say them. */
  readonly tags?: readonly string[] | undefined
  readonly body: Buffer
  readonly reuse: Reuse
  /** `performance.now()` when the head came. */
  readonly receivedAt: number
}

/** Fields of one connection or one answer, or made anew for each. */
const NOT_STORED = new Set([
  ...HOP_BY_HOP,
  'content-length',
  'age',
  'x-request-id',
  'cache-status',
  'x-nextjs-cache',
])

/** Fewer bytes do not get smaller by more than a coding's own. */
const MIN_COMPRESSIBLE = 1024

/** Makes what is stored of a complete answer; everything that a hit needs is worked out here. */
export function createEntry(parts: EntryParts): Entry {
  const { status, headers, body, reuse, receivedAt } = parts
  const bornAt = receivedAt - reuse.age
  const freshUntil = bornAt + reuse.lifetime
  const mayBeCoded =
    status === 200 &&
    body.length >= MIN_COMPRESSIBLE &&
    isCompressible(headers.get('content-type') ?? '') &&
    !parseCacheControl(headers.get('cache-control') ?? '').noTransform
  const etag = headers.get('etag')
  const head = headOf(parts, mayBeCoded)
  return {
    status,
    statusMessage: parts.statusMessage,
    identity: {
      coding: 'identity',
      body,
      etag,
      head,
      lines: undefined,
      notModifiedHead: undefined,
    },
    coded: new Map(),
    isCompressible: mayBeCoded,
    cacheStatus: headers.get('cache-status'),
    lastModified: parseHttpDate(headers.get('last-modified') ?? ''),
    bornAt,
    freshUntil,
    usableUntil: freshUntil + reuse.staleWhileRevalidate,
    fallbackUntil: freshUntil + Math.max(reuse.staleIfError, reuse.staleWhileRevalidate),
    isCookieless: reuse.isCookieless,
    tags: tagsOf(parts),
    isRefreshing: false,
    askAgainAt: reuse.isBeingRenewed ? freshUntil + reuse.staleWhileRevalidate : 0,
    resource: undefined,
    bytes: 0,
  }
}

/**
 * The entry in another coding. Its ETag is a weak one: the bytes are others, what they mean is not (RFC 9110 §8.8.3.3).
 * @param body in that coding
 */
export function recode(entry: Entry, coding: Encoding, body: Buffer): Representation {
  const { etag } = entry.identity
  const weak = etag === undefined || etag.startsWith('W/') ? etag : `W/${etag}`
  const head = entry.identity.head.flatMap((text, i, all) => {
    if (i % 2 === 1) return []
    const name = text.toLowerCase()
    if (name === 'accept-ranges') return []
    if (name === 'content-length') return [text, String(body.length)]
    return [text, name === 'etag' && weak !== undefined ? weak : (all[i + 1] as string)]
  })
  head.push('content-encoding', coding)
  return { coding, body, etag: weak, head, lines: undefined, notModifiedHead: undefined }
}

/**
 * The headers of a stored answer after a 304 to the question whether it is still right: what the 304 says takes the place of what was
 * said before (RFC 9111 §3.2).
 */
export function freshenedHeaders(entry: Entry, notModified: readonly string[]): string[] {
  const kept = notModified.filter((_, i, all) => !ABOUT_BODY.has(lowerName(all, i)))
  const said = new Set(kept.map((_, i, all) => lowerName(all, i)))
  const before = entry.identity.head.slice(CACHE_STATUS + 1)
  return [...before.filter((_, i, all) => !said.has(lowerName(all, i))), ...kept]
}

/** What says something of the bytes that are stored stays as it is. */
const ABOUT_BODY = new Set([
  'content-length',
  'content-encoding',
  'content-type',
  'content-range',
  'etag',
])

/** Of the field that the text at a place belongs to. */
function lowerName(flat: readonly string[], index: number): string {
  return (flat[index - (index % 2)] as string).toLowerCase()
}

/** `Age` and the two others come first, and stay in their places. */
function headOf({ raw, headers, body }: EntryParts, mayBeCoded: boolean): string[] {
  const head = ['age', '', 'x-request-id', '', 'cache-status', '']
  head.push('content-length', String(body.length))
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string
    const lower = name.toLowerCase()
    if (NOT_STORED.has(lower) || lower.startsWith(INTERNAL)) continue
    head.push(name, raw[i + 1] as string)
  }
  const state = headers.get('x-nextjs-cache')
  if (state !== undefined) head.push('x-nextjs-cache', state === 'STALE' ? 'STALE' : 'HIT')
  if (!headers.has('date')) head.push('date', new Date().toUTCString())
  if (mayBeCoded && !/\baccept-encoding\b/i.test(headers.get('vary') ?? '')) {
    head.push('vary', 'Accept-Encoding')
  }
  return head
}

/** undefined where any tag may be its own. */
function tagsOf({ headers, tags }: EntryParts): readonly string[] | undefined {
  const list = headers.get(TAGS)
  return list === undefined ? tags : decodeTags(list)
}
