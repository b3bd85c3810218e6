import type { IncomingHttpHeaders } from 'node:http'
import { pathOf } from '../http/target.ts'
import type { ResponseCache } from '../cache/response-cache.ts'
import { answerError } from './answer-error.ts'
import type { Exchange } from './exchange.ts'
import { Fill, type FillParts } from './fill.ts'
import { checkMayAsk, type Lookup } from './response-cache.ts'

/** With these some frameworks take another method, path or host than the request names; no key holds them. */
const OVERRIDES = new Set([
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-original-url',
  'x-rewrite-url',
  'x-original-host',
  'x-http-host-override',
  'x-http-destinationurl',
  'x-host',
])

/** A second time, as the first answer may have been in another language; then it is asked for by itself. */
const MAX_WAITS = 2

/** Asks apps once for what many want at the same time. */
export class Fills {
  readonly #cache: ResponseCache
  readonly #dispatch: (exchange: Exchange) => void
  readonly #parts: FillParts

  constructor(cache: ResponseCache, dispatch: (exchange: Exchange) => void) {
    this.#cache = cache
    this.#dispatch = (exchange) => {
      try {
        dispatch(exchange)
      } catch (error) {
        answerError(exchange, error)
      }
    }
    const goOn = (exchange: Exchange): void => this.#goOn(exchange)
    this.#parts = { cache, dispatch: this.#dispatch, goOn }
  }

  /**
   * Answers a request for which the cache had nothing, together with others that want the same.
   * @returns whether it will be answered; false where it goes to the app by itself
   * @throws {RequestError} 504 where the client wants nothing but what is stored (RFC 9111 §5.2.1.7)
   */
  answer(exchange: Exchange): boolean {
    const { lookup, req } = exchange
    if (lookup === undefined) return false
    checkMayAsk(req.headers)
    req.url = lookup.target
    if (this.#mustGoAlone(exchange, lookup)) {
      exchange.cache = 'pass'
      return false
    }
    exchange.cache = 'miss'
    const options = this.#cache.options
    const fills = (lookup.scope.inFlight.get(lookup.key) ?? []) as Fill[]
    const fill = fills.find((each) => each.mayServe(exchange))
    if (fill === undefined || options === false) {
      new Fill(exchange, lookup, false, this.#parts).ask()
      return true
    }
    if (fill.waiting >= options.maxWaiting || lookup.waits >= MAX_WAITS) return false
    lookup.waits++
    fill.join(exchange, options.waitTimeout)
    return true
  }

  /** Fetches a newer answer than the stale one that a client has got; not for one whose headers may make another answer of it. */
  refresh(exchange: Exchange, lookup: Lookup): void {
    const { stale, scope, key } = lookup
    const { headers } = exchange.req
    if (stale === undefined || scope.inFlight.has(key) || hasOverride(headers)) return
    if (isForCrawler(lookup, headers)) return
    if (!this.#cache.hasRoomInBackground(scope)) return
    stale.isRefreshing = true
    new Fill(exchange, lookup, true, this.#parts).ask()
  }

  #mustGoAlone({ req }: Exchange, lookup: Lookup): boolean {
    const { scope, passKey, target, stale } = lookup
    const { headers, method } = req
    const { rules } = scope.app
    const path = pathOf(target)
    return (
      method !== 'GET' ||
      headers.range !== undefined ||
      // Whether it is to be carried out at all (RFC 9110 §13.1).
      headers['if-match'] !== undefined ||
      headers['if-unmodified-since'] !== undefined ||
      (stale === undefined && this.#cache.passes(scope, passKey)) ||
      hasOverride(headers) ||
      isForCrawler(lookup, headers) ||
      (rules !== undefined &&
        (rules.neverCache(path) || (rules.kindOf(path) === 'partial' && !isPrefetch(headers))))
    )
  }

  /** The answer that it waited for is not for it: the next one may be, or it goes to the app by itself. */
  #goOn(exchange: Exchange): void {
    const { res, lookup } = exchange
    if (res.headersSent || res.destroyed) return
    // What the app has just said of the stale entry has taken it away.
    if (lookup !== undefined && lookup.stale?.resource === undefined) lookup.stale = undefined
    try {
      if (this.answer(exchange)) return
    } catch (error) {
      answerError(exchange, error)
      return
    }
    this.#dispatch(exchange)
  }
}

/** What is rendered for one would be taken for the page of all, which is not for many then. */
function isForCrawler({ scope, target }: Lookup, headers: IncomingHttpHeaders): boolean {
  return scope.app.rules?.isForCrawler(pathOf(target), headers['user-agent']) === true
}

/** Of a page with a shell, only prefetches are the same for all. */
function isPrefetch(headers: IncomingHttpHeaders): boolean {
  return (
    headers['next-router-prefetch'] !== undefined ||
    headers['next-router-segment-prefetch'] !== undefined
  )
}

function hasOverride(headers: IncomingHttpHeaders): boolean {
  // To CGI and its like, `_` is `-`.
  return Object.keys(headers).some((name) => OVERRIDES.has(name.replaceAll('_', '-')))
}
