import type { IncomingHttpHeaders } from 'node:http'
import type { Entry } from '../cache/entry.ts'
import { MAX_TARGET, resourceKey } from '../cache/key.ts'
import { parseCacheControl } from '../http/cache-control.ts'
import { RequestError } from '../errors.ts'
import { pathOf } from '../http/target.ts'
import type { ResponseCache } from '../cache/response-cache.ts'
import type { Scope } from '../cache/scope.ts'
import type { Exchange } from './exchange.ts'
import { serveEntry } from './serve-entry.ts'

/** What was looked for in the cache, and is to be asked of the app. */
export interface Lookup {
  readonly scope: Scope
  readonly key: string
  /** The key under which it is known that answers are for one alone. */
  readonly passKey: string
  /** Path and query that the app is asked for. */
  readonly target: string
  /** Found, but not to be used as it is. */
  stale: Entry | undefined
  /** Why the app is asked, as `Cache-Status` says it (RFC 9211 §2.2). */
  readonly forwarded: 'uri-miss' | 'stale' | 'request'
  /** Fields that answers at this URL are known to depend on. */
  vary: readonly string[]
  /** How often it has waited for an answer that turned out not to be for it. */
  waits: number
}

/** Fetches a newer answer in the background. */
export interface Refresher {
  refresh(exchange: Exchange, lookup: Lookup): void
}

/**
 * Answers from the cache where it may. A hit costs one lookup and a few comparisons. Where it has nothing, `exchange.lookup` says
 * what is missing.
 * @returns whether the request is answered
 * @throws {RequestError} 504 where it may not be, and the client wants nothing but what is stored
 */
export function answerFromCache(
  exchange: Exchange,
  cache: ResponseCache,
  fills: Refresher,
): boolean {
  const { req, found } = exchange
  const { method, url = '/' } = req
  if (found === undefined || exchange.upgrade !== undefined) return false
  if (method !== 'GET' && method !== 'HEAD') return false
  const scope = cache.scope(found.rule.tenant)
  if (scope === undefined) return false
  const { headers } = req
  const isRsc = headers['rsc'] !== undefined
  if (url.length > MAX_TARGET || isDraft(headers) || mustPass(headers)) {
    exchange.cache = 'pass'
    checkMayAsk(headers)
    if (!isRsc && !isDraft(headers) && ignoresQuery(scope, url)) req.url = pathOf(url)
    return false
  }
  let target = url
  let key = resourceKey(exchange.scheme, found, isRsc, target)
  let entry = scope.find(key, headers)
  if (entry === undefined && !isRsc && ignoresQuery(scope, url)) {
    target = pathOf(url)
    key = resourceKey(exchange.scheme, found, false, target)
    entry = scope.find(key, headers)
  }
  const now = exchange.startedAt
  const isWanted = headers['cache-control'] === undefined && headers['pragma'] === undefined
  if (entry !== undefined && (isWanted || suits(entry, headers, now))) {
    if (now < entry.freshUntil) {
      exchange.cache = 'hit'
      serveEntry(exchange, cache, entry, 'hit')
      return true
    }
    if (now < entry.usableUntil) {
      exchange.cache = 'stale'
      serveEntry(exchange, cache, entry, 'hit')
      if (!entry.isRefreshing && now >= entry.askAgainAt) {
        fills.refresh(exchange, lookupOf(scope, headers, key, target, entry, 'stale'))
      }
      return true
    }
  }
  const why = entry === undefined ? 'uri-miss' : now < entry.freshUntil ? 'request' : 'stale'
  exchange.lookup = lookupOf(scope, headers, key, target, entry, why)
  return false
}

function lookupOf(
  scope: Scope,
  headers: IncomingHttpHeaders,
  key: string,
  target: string,
  stale: Entry | undefined,
  forwarded: Lookup['forwarded'],
): Lookup {
  const vary = scope.shelf.find(key)?.vary ?? []
  const passKey = passKeyOf(scope, key, target, headers)
  return { scope, key, passKey, target, stale, forwarded, vary, waits: 0 }
}

/**
 * A page of Next.js that is rendered for each request is so with any query. What is not for many where a request has cookies may
 * be so where it has none.
 */
function passKeyOf(
  { app: { rules } }: Scope,
  key: string,
  target: string,
  { cookie }: IncomingHttpHeaders,
): string {
  const query = target.length - pathOf(target).length
  const isDynamic = query > 0 && rules?.kindOf(pathOf(target)) === 'other'
  const pass = isDynamic ? key.slice(0, -query) : key
  return cookie === undefined ? pass : `cookie ${pass}`
}

/** A page that was rendered once for all queries; no query may push it out, or get into what Next.js stores of it. */
function ignoresQuery({ app: { rules } }: Scope, url: string): boolean {
  return rules !== undefined && url.includes('?') && rules.ignoresQuery(pathOf(url))
}

/** Cookies with which Next.js answers drafts (`server/api-utils/index.js`). */
const DRAFT = '__prerender_bypass'
const PREVIEW = '__next_preview_data'

function isDraft({ cookie }: IncomingHttpHeaders): boolean {
  return cookie !== undefined && (cookie.includes(DRAFT) || cookie.includes(PREVIEW))
}

/** @throws {RequestError} 504 where the client wants nothing but what is stored (RFC 9111 §5.2.1.7) */
export function checkMayAsk({ 'cache-control': wanted }: IncomingHttpHeaders): void {
  if (wanted !== undefined && parseCacheControl(wanted).onlyIfCached) {
    throw new RequestError('APP_UNAVAILABLE', 504)
  }
}

/**
 * Requests that are neither answered from the cache nor stored, as those of editors are not: of someone who is known by name, with a
 * body, and those that take headers away from what the app sees.
 */
function mustPass(headers: IncomingHttpHeaders): boolean {
  const { connection } = headers
  return (
    headers.authorization !== undefined ||
    (connection !== undefined && !isPlain(connection)) ||
    headers['content-length'] !== undefined ||
    headers['transfer-encoding'] !== undefined ||
    headers.expect !== undefined ||
    headers['cache-control']?.toLowerCase().includes('no-store') === true
  )
}

/** Any other `Connection` may name a header that decides the answer (RFC 9110 §7.6.1). */
function isPlain(connection: string): boolean {
  return (
    connection === 'keep-alive' ||
    connection === 'close' ||
    /^(?:keep-alive|close)$/i.test(connection)
  )
}

/** Whether the client wants an answer as old as the entry (RFC 9111 §5.2.1, §5.4). */
function suits(entry: Entry, headers: IncomingHttpHeaders, now: number): boolean {
  const field = headers['cache-control']
  if (field === undefined) return !/\bno-cache\b/i.test(headers['pragma'] ?? '')
  const said = parseCacheControl(field)
  const age = (now - entry.bornAt) / 1000
  const left = (entry.freshUntil - now) / 1000
  return (
    !said.noCache &&
    !(said.maxAge !== undefined && age > said.maxAge + (said.maxStale ?? 0)) &&
    !(said.maxAge === 0 && said.maxStale === undefined) &&
    // Stale only for who says so, and no longer than that.
    !(said.maxAge !== undefined && said.maxStale === undefined && left <= 0) &&
    !(said.maxStale !== undefined && -left > said.maxStale) &&
    !(said.minFresh !== undefined && left < said.minFresh)
  )
}
