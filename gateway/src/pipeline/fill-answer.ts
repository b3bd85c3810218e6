import type { IncomingHttpHeaders } from 'node:http'
import { createEntry, freshenedHeaders, recode, type Entry } from '../cache/entry.ts'
import { judge, type Reuse } from '../cache/policy.ts'
import type { ResponseCache } from '../cache/response-cache.ts'
import { headerMap } from '../http/header-list.ts'
import { pathOf } from '../http/target.ts'
import { FillBody } from './fill-body.ts'
import type { Lookup } from './response-cache.ts'

/** The head of an answer. */
export interface Head {
  readonly status: number
  readonly statusMessage: string
  readonly raw: readonly string[]
  readonly headers: ReadonlyMap<string, string>
  /** `performance.now()` */
  readonly at: number
}

/**
 * Milliseconds for which visitors get what is stale while Next.js makes it anew. That it is done is told, and takes the stale entry away; this is
 * for what is not told.
 */
const PAUSE = 1000

/** What the app answers to a question for many: whether it is for them, and what the cache keeps of it. */
export class FillAnswer {
  readonly body = new FillBody()
  /** Set where it is for more than one. */
  reuse: Reuse | undefined
  readonly #cache: ResponseCache
  readonly #lookup: Lookup
  readonly #asked: IncomingHttpHeaders
  readonly #askedAt = performance.now()

  /** @param asked headers of the request that answers may depend on */
  constructor(cache: ResponseCache, lookup: Lookup, asked: IncomingHttpHeaders) {
    this.#cache = cache
    this.#lookup = lookup
    this.#asked = asked
  }

  get maxBytes(): number {
    const { options } = this.#cache
    return options === false ? 0 : options.maxEntryBytes
  }

  /** @returns undefined where it is for one client alone */
  judge({ status, headers, at }: Head): Reuse | undefined {
    const { scope, stale, target } = this.#lookup
    if (Number(headers.get('content-length') ?? 0) > this.maxBytes) return undefined
    const isNext = scope.app.rules !== undefined
    const url = { isNext, path: pathOf(target), maxAge: scope.maxAge }
    const reuse = judge(this.#asked, { status, headers }, at - this.#askedAt, Date.now(), url)
    const isStaleUsable = stale !== undefined && at < stale.usableUntil
    if (reuse?.isBeingRenewed !== true || isStaleUsable) return reuse
    return { ...reuse, lifetime: reuse.age, staleWhileRevalidate: PAUSE, isStorable: true }
  }

  /** @returns undefined where not all of it has come */
  complete(head: Head, trailers: object | undefined): Entry | undefined {
    if (this.reuse === undefined || trailers !== undefined) return undefined
    const body = this.body.whole(head.headers.get('content-length'))
    if (body === undefined) return undefined
    return createEntry({ ...head, body, reuse: this.reuse, receivedAt: head.at })
  }

  /** The stale entry as the head of a 304 leaves it (RFC 9111 §4.3.4). */
  freshenedHead(stale: Entry, head: Head): Head {
    const raw = freshenedHeaders(stale, head.raw)
    const { status, statusMessage } = stale
    return { ...head, status, statusMessage, raw, headers: headerMap(raw) }
  }

  /** The entry that takes the place of the stale one. */
  freshened({ tags, identity }: Entry, head: Head, reuse: Reuse): Entry {
    return createEntry({ ...head, tags, body: identity.body, reuse, receivedAt: head.at })
  }

  /** Keeps the entry for others, where it may be. @param isVoid something has changed since it was asked for */
  store(entry: Entry, { isBeingRenewed, isStorable, vary }: Reuse, isVoid: boolean): void {
    const { scope, key, target, stale } = this.#lookup
    if (!isStorable && stale !== undefined) {
      if (isBeingRenewed) stale.askAgainAt = performance.now() + PAUSE
      // There is a newer one that cannot be kept: the next visitor waits for it.
      else stale.usableUntil = performance.now()
    }
    if (!isStorable || isVoid) return
    this.#cache.store(scope, { key, target, vary }, this.#asked, entry)
  }

  /** What was made of the stale entry's body need not be made again. */
  takeCodings(entry: Entry, { coded }: Entry): void {
    for (const [coding, each] of coded) {
      if (typeof each === 'object' && 'body' in each)
        this.#cache.storeCoding(entry, recode(entry, coding, each.body))
    }
  }
}
