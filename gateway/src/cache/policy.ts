import type { IncomingHttpHeaders } from 'node:http'
import { parseCacheControl, type CacheControl } from '../http/cache-control.ts'
import { parseHttpDate } from '../http/date.ts'
import { AGE, OPT_OUT, TAGS } from '../http/internal-headers.ts'
import { isDeception } from './deception.ts'
import { varyNames } from './vary.ts'

/** An answer as an app gave it. */
export interface AppAnswer {
  readonly status: number
  /** By name in lower case; of a field with several lines, all of them with commas between. */
  readonly headers: ReadonlyMap<string, string>
}

/** When an answer may be used again, without a question to the app. All times in milliseconds. */
export interface Reuse {
  /** From its birth at the app. */
  readonly lifetime: number
  /** How old it was when it came. */
  readonly age: number
  /** Beyond the lifetime. */
  readonly staleWhileRevalidate: number
  readonly staleIfError: number
  /** Fields of the request that it depends on. */
  readonly vary: readonly string[]
  /** It says nothing of being for many: only requests without cookies may have it. */
  readonly isCookieless: boolean
  /** false: it is for those who wait for it already, as Next.js makes a newer one, or does not say when it will. */
  readonly isStorable: boolean
  /** Next.js calls it stale, and tells when it has made the newer one. */
  readonly isBeingRenewed: boolean
}

/** What is known of the app and the URL. */
export interface Asked {
  readonly isNext: boolean
  /** Without the query. */
  readonly path: string
  /** Milliseconds: a cap on the lifetime. */
  readonly maxAge: number
}

/** Statuses that may be stored; each only with an explicit lifetime, as nothing is guessed here. */
const STATUSES = new Set([200, 203, 301, 302, 307, 308, 404, 410])

/** An app cannot know when that becomes wrong; Next.js gives an unknown segment a year. */
const MAX_NOT_FOUND = 60_000
const YEAR = 31_536_000_000

/**
 * Decides whether an answer may be shared, and for how long (RFC 9111 §3 and §4.2, RFC 5861). Stricter than it has to be: an
 * answer with `Set-Cookie`, `no-cache`, `private="field"` or a coding is never shared, nor one at the path of a file whose type is another; one to a request with cookies
 * only where it says `public` or `s-maxage`.
 * @param asked headers of the request, as the app got them
 * @param delay milliseconds between the question and the answer
 * @param now `Date.now()`
 */
export function judge(
  asked: IncomingHttpHeaders,
  answer: AppAnswer,
  delay: number,
  now: number,
  { isNext, path, maxAge }: Asked,
): Reuse | undefined {
  const { status, headers } = answer
  if (!STATUSES.has(status)) return undefined
  const said = parseCacheControl(headers.get('cache-control') ?? '')
  if (said.noStore || said.noCache || said.isPrivate || isUnshareable(headers)) return undefined
  if (isDeception(path, headers.get('content-type'))) return undefined
  const isForMany = said.isPublic || said.sMaxage !== undefined
  if (asked.cookie !== undefined && !isForMany) return undefined
  if (asked.authorization !== undefined) return undefined
  const vary = varyNames(headers.get('vary'), status, isNext)
  const explicit = lifetimeOf(said, headers, now)
  if (vary === undefined || explicit === undefined) return undefined
  const cap = status === 404 || status === 410 ? MAX_NOT_FOUND : YEAR
  const lifetime = Math.min(explicit, cap, maxAge)
  const mayBeStale = !said.mustRevalidate
  const staleWhileRevalidate = mayBeStale ? times(said.staleWhileRevalidate, cap) : 0
  if (lifetime <= 0 && staleWhileRevalidate <= 0) return undefined
  return {
    lifetime,
    age: ageOf(headers, delay, now),
    staleWhileRevalidate,
    staleIfError: mayBeStale ? times(said.staleIfError, cap) : 0,
    vary,
    isCookieless: !isForMany,
    isStorable: isStorable(headers),
    isBeingRenewed: isStaleAtNext(headers) && headers.has(TAGS),
  }
}

function isUnshareable(headers: ReadonlyMap<string, string>): boolean {
  const coding = headers.get('content-encoding')
  return (
    headers.has('set-cookie') ||
    headers.has('trailer') ||
    headers.has('content-range') ||
    /\boff\b/i.test(headers.get(OPT_OUT) ?? '') ||
    (coding !== undefined && coding !== 'identity')
  )
}

/** With one of these, Next.js says that it answers from its own cache. */
const FROM_NEXT = [
  'x-nextjs-cache',
  'x-nextjs-prerender',
  'x-nextjs-postponed',
  'x-nextjs-stale-time',
]

/** Not what is stale at Next.js, nor of what it does not say when it becomes so. */
function isStorable(headers: ReadonlyMap<string, string>): boolean {
  if (isStaleAtNext(headers)) return false
  return headers.has(TAGS) || !FROM_NEXT.some((name) => headers.has(name))
}

function isStaleAtNext(headers: ReadonlyMap<string, string>): boolean {
  return headers.get('x-nextjs-cache') === 'STALE'
}

/** @returns milliseconds; undefined where the answer does not say (RFC 9111 §4.2.1, without heuristics) */
function lifetimeOf(
  said: CacheControl,
  headers: ReadonlyMap<string, string>,
  now: number,
): number | undefined {
  const seconds = said.sMaxage ?? said.maxAge
  if (seconds !== undefined) return seconds * 1000
  const expires = headers.get('expires')
  if (expires === undefined) return undefined
  const until = parseHttpDate(expires)
  return until === undefined ? 0 : until - (parseHttpDate(headers.get('date')) ?? now)
}

/** RFC 9111 §4.2.3; `AGE` is what the hooks in Next.js know of the entry that it answered from. */
function ageOf(headers: ReadonlyMap<string, string>, delay: number, now: number): number {
  const apparent = Math.max(0, now - (parseHttpDate(headers.get('date')) ?? now))
  const said = Math.max(secondsOf(headers.get('age')), secondsOf(headers.get(AGE)))
  // A date has whole seconds: by itself it says less than one of them.
  return Math.max(apparent < 1000 ? 0 : apparent, said * 1000 + delay)
}

function secondsOf(text: string | undefined): number {
  const seconds = Number(text?.split(',')[0])
  return seconds > 0 ? Math.min(seconds, 2 ** 31) : 0
}

function times(seconds: number | undefined, cap: number): number {
  return Math.min((seconds ?? 0) * 1000, cap)
}
