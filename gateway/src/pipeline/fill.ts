import { createEntry, freshenedHeaders, recode, type Entry } from '../cache/entry.ts'
import { pathOf } from '../http/target.ts'
import { judge, type Reuse } from '../cache/policy.ts'
import type { ResponseCache } from '../cache/response-cache.ts'
import type { InFlight } from '../cache/scope.ts'
import { variantKey } from '../cache/vary.ts'
import type { AnswerSink } from '../http/detached.ts'
import { headerMap } from '../http/header-list.ts'
import type { Exchange } from './exchange.ts'
import { FillBody } from './fill-body.ts'
import { FillFollowers } from './fill-followers.ts'
import { FillLeader } from './fill-leader.ts'
import { fillRequest, type FillRequest } from './fill-request.ts'
import type { Lookup } from './response-cache.ts'
import { serveEntry } from './serve-entry.ts'

export interface FillParts {
  readonly cache: ResponseCache
  /** Hands an exchange to its app; what goes wrong is answered. */
  readonly dispatch: (exchange: Exchange) => void
  /** Goes on with a request whose answer was not for it. */
  readonly goOn: (exchange: Exchange) => void
}

/** `asked`: no head yet. `collecting`: for many. `passing`: for the client alone that asked first. */
type Phase = 'asked' | 'collecting' | 'passing' | 'done'

/** The head of an answer. */
interface Head {
  readonly status: number
  readonly statusMessage: string
  readonly raw: readonly string[]
  readonly headers: ReadonlyMap<string, string>
  /** `performance.now()` */
  readonly at: number
}

/** Milliseconds for an answer that no client reads. */
const UNREAD_TIMEOUT = 60_000

/**
 * One question to an app whose answer may be for many. It is an exchange of the gateway's own, so that nobody who leaves ends it for
 * the others; the client that asked first gets the answer as it comes, the others when it is complete.
 */
export class Fill implements InFlight, AnswerSink {
  isVoid = false
  readonly #parts: FillParts
  readonly #lookup: Lookup
  readonly #request: FillRequest
  readonly #leader: FillLeader | undefined
  readonly #followers: FillFollowers
  readonly #startedAt = performance.now()
  readonly #timer: NodeJS.Timeout
  readonly #body = new FillBody()
  #phase: Phase = 'asked'
  #head: Head | undefined
  #reuse: Reuse | undefined

  /** @param isBackground the client that the question comes from has its answer already */
  constructor(exchange: Exchange, lookup: Lookup, isBackground: boolean, parts: FillParts) {
    this.#parts = parts
    this.#lookup = lookup
    this.#request = fillRequest(exchange, lookup, isBackground, this)
    const onLeave = (): void => this.#endUnread()
    this.#followers = new FillFollowers(parts.goOn, onLeave)
    const onDrain = (): void => void this.#request.res.emit('drain')
    this.#leader = isBackground ? undefined : new FillLeader(exchange, onDrain, onLeave)
    if (!isBackground) exchange.fallback = this
    this.#timer = setTimeout(() => this.#onUnread(), UNREAD_TIMEOUT).unref()
    register(lookup, this)
  }

  /** Hands the question to the app. */
  ask(): void {
    this.#parts.dispatch(this.#request.exchange)
  }

  /** How many wait for it. */
  get waiting(): number {
    return this.#followers.size
  }

  /** Whether the answer may turn out to be for this request too. */
  mayServe(exchange: Exchange): boolean {
    if (this.#phase === 'collecting') return this.#fits(exchange)
    const names = new Set([...this.#lookup.vary, ...(exchange.lookup?.vary ?? [])])
    return this.#phase === 'asked' && this.#isSame(exchange, [...names])
  }

  /** @param patience milliseconds */
  join(exchange: Exchange, patience: number): void {
    exchange.fallback = this
    this.#followers.add(exchange, patience)
  }

  /** Answers with the stale entry where the app has failed, or takes too long (RFC 5861 §4). */
  fallBack(status: number): boolean {
    const { stale, forwarded } = this.#lookup
    if (this.#phase !== 'asked' || stale === undefined) return false
    if (performance.now() >= stale.fallbackUntil) return false
    this.#answerAll(stale, `fwd=${forwarded}; fwd-status=${status}`)
    return true
  }

  head(status: number, statusMessage: string, raw: string[]): void {
    if (this.#phase !== 'asked') return
    const head = { status, statusMessage, raw, headers: headerMap(raw), at: performance.now() }
    const { stale } = this.#lookup
    this.#head = head
    if (status === 304 && stale !== undefined) this.#freshen(stale, head)
    else if (status < 500 || !this.fallBack(status)) this.#start(head)
  }

  data(chunk: Buffer): boolean {
    const mayGoOn = this.#leader?.write(chunk) ?? true
    if (this.#phase !== 'collecting') return mayGoOn
    this.#body.add(chunk)
    if (this.#body.bytes > this.#maxBytes) {
      this.#body.drop()
      this.#forLeaderAlone()
      return mayGoOn
    }
    // What is collected is bounded: a client that reads slowly must not keep the others waiting.
    return true
  }

  end(trailers: Readonly<Record<string, string>> | undefined): void {
    if (this.#phase === 'done') return
    const entry = this.#phase === 'collecting' ? this.#complete(trailers) : undefined
    this.#finish()
    this.#leader?.end(trailers)
    if (entry === undefined) this.#followers.release()
    else this.#serveFollowers(entry, `fwd=${this.#lookup.forwarded}; collapsed`)
  }

  fail(): void {
    if (this.#phase === 'done') return
    this.#finish()
    this.#leader?.breakOff()
    this.#followers.release()
  }

  earlyHints(hints: Parameters<AnswerSink['earlyHints']>[0]): void {
    this.#leader?.earlyHints(hints)
  }

  get #maxBytes(): number {
    const { options } = this.#parts.cache
    return options === false ? 0 : options.maxEntryBytes
  }

  #start(head: Head): void {
    const { scope, stale, forwarded } = this.#lookup
    const reuse = this.#judge(head)
    const length = Number(head.headers.get('content-length') ?? 0)
    if (reuse === undefined || length > this.#maxBytes) {
      if (head.status < 500 && stale !== undefined) scope.shelf.remove(stale)
      this.#startLeader(head, `fwd=${forwarded}`)
      this.#forLeaderAlone()
      return
    }
    this.#share(reuse)
    const isStored = reuse.isStorable && !this.isVoid
    this.#startLeader(head, `fwd=${forwarded}${isStored ? '; stored' : ''}`)
  }

  /** Lets those go on whose answer this is not. */
  #share(reuse: Reuse): void {
    this.#phase = 'collecting'
    this.#reuse = reuse
    this.#followers.release((exchange) => {
      if (this.#fits(exchange)) return false
      if (exchange.lookup !== undefined) exchange.lookup.vary = reuse.vary
      return true
    })
  }

  #judge({ status, headers, at }: Head, now = Date.now()): Reuse | undefined {
    const { scope, target } = this.#lookup
    const isNext = scope.app.rules !== undefined
    const url = { isNext, path: pathOf(target), maxAge: scope.maxAge }
    return judge(this.#request.asked, { status, headers }, at - this.#startedAt, now, url)
  }

  #startLeader({ status, statusMessage, raw, headers }: Head, cacheStatus: string): void {
    // The gateway's own page, as the app has failed.
    if (this.#request.exchange.isRefused) this.#leader?.useNoPolicy()
    this.#leader?.start(status, statusMessage, raw, headers, `Tenantry; ${cacheStatus}`)
  }

  /** What follows is of no use to anyone else. */
  #forLeaderAlone(): void {
    const { scope, passKey } = this.#lookup
    this.#phase = 'passing'
    this.#parts.cache.pass(scope, passKey, (this.#head?.status ?? 0) >= 500)
    unregister(this.#lookup, this)
    this.#followers.release()
    this.#endUnread()
  }

  /** @returns the entry, where all of the answer has come; it is stored where it may be */
  #complete(trailers: object | undefined): Entry | undefined {
    const head = this.#head
    const reuse = this.#reuse
    if (head === undefined || reuse === undefined || trailers !== undefined) return undefined
    const body = this.#body.whole(head.headers.get('content-length'))
    if (body === undefined) return undefined
    const { status, statusMessage, headers, raw, at: receivedAt } = head
    const entry = createEntry({ status, statusMessage, headers, raw, body, reuse, receivedAt })
    this.#store(entry, reuse)
    return entry
  }

  /** The app says that the stale entry is still right (RFC 9111 §4.3.4). */
  #freshen(stale: Entry, head: Head): void {
    const raw = freshenedHeaders(stale, head.raw)
    const headers = headerMap(raw)
    const { status, statusMessage, tags, identity } = stale
    const reuse = this.#judge({ ...head, status, headers })
    if (reuse === undefined) {
      return this.#passFreshened(stale, { ...head, status, statusMessage, headers, raw })
    }
    this.#share(reuse)
    const parts = { status, statusMessage, headers, raw, tags, body: identity.body, reuse }
    const entry = createEntry({ ...parts, receivedAt: head.at })
    this.#store(entry, reuse)
    for (const [coding, coded] of stale.coded) {
      if (typeof coded === 'object' && 'body' in coded) {
        this.#parts.cache.storeCoding(entry, recode(entry, coding, coded.body))
      }
    }
    this.#answerAll(entry, `fwd=${this.#lookup.forwarded}; fwd-status=304`)
  }

  /** Still right, but for the client alone that asked, by what is said now. */
  #passFreshened(stale: Entry, head: Head): void {
    const { scope, forwarded } = this.#lookup
    scope.shelf.remove(stale)
    this.#startLeader(head, `fwd=${forwarded}; fwd-status=304`)
    this.#leader?.write(stale.identity.body)
    this.#leader?.end(undefined)
    this.#forLeaderAlone()
    this.#stop()
  }

  #store(entry: Entry, { isStorable, vary }: Reuse): void {
    const { scope, key, target, stale } = this.#lookup
    if (!isStorable && stale !== undefined) stale.isOutdated = true
    if (!isStorable || this.isVoid) return
    this.#parts.cache.store(scope, { key, target, vary }, this.#request.asked, entry)
  }

  /** Nothing of what the app sends is needed. */
  #answerAll(entry: Entry, cacheStatus: string): void {
    this.#stop()
    const leader = this.#leader?.letGo()
    if (leader !== undefined) this.#serve(leader, entry, cacheStatus)
    if (entry.isCookieless) this.#followers.release(hasCookies)
    this.#serveFollowers(entry, `${cacheStatus}; collapsed`)
  }

  #serveFollowers(entry: Entry, cacheStatus: string): void {
    this.#followers.answer((exchange) => {
      exchange.cache = 'hit'
      this.#serve(exchange, entry, cacheStatus)
    })
  }

  #serve(exchange: Exchange, entry: Entry, cacheStatus: string): void {
    serveEntry(exchange, this.#parts.cache, entry, cacheStatus)
  }

  #fits(exchange: Exchange): boolean {
    const { vary = [], isCookieless = false } = this.#reuse ?? {}
    if (isCookieless && hasCookies(exchange)) return false
    return this.#isSame(exchange, vary)
  }

  #isSame({ req }: Exchange, names: readonly string[]): boolean {
    return variantKey(names, req.headers) === variantKey(names, this.#request.asked)
  }

  /** Where nobody is left who wants it, the app need not go on; what will be stored is read to its end. */
  #endUnread(): void {
    if (this.#phase === 'collecting' || this.#phase === 'done') return
    const isRead = this.#leader?.isGone === false || this.#followers.size > 0
    const isBackground = this.#leader === undefined && this.#phase === 'asked'
    if (isRead || isBackground) return
    this.#stop()
  }

  #onUnread(): void {
    if (this.#leader?.isGone === false) return
    this.#stop()
    this.#followers.release()
  }

  /** What the app still does is of no matter. */
  #stop(): void {
    this.#finish()
    this.#request.exchange.isRefused = true
    this.#request.res.destroy()
  }

  #finish(): void {
    this.#phase = 'done'
    clearTimeout(this.#timer)
    unregister(this.#lookup, this)
    if (this.#lookup.stale !== undefined) this.#lookup.stale.isRefreshing = false
  }
}

function hasCookies({ req }: Exchange): boolean {
  return req.headers.cookie !== undefined
}

function register({ scope: { inFlight }, key }: Lookup, fill: Fill): void {
  const known = inFlight.get(key)
  if (known === undefined) inFlight.set(key, [fill])
  else known.push(fill)
}

function unregister({ scope: { inFlight }, key }: Lookup, fill: Fill): void {
  const left = inFlight.get(key)?.filter((each) => each !== fill) ?? []
  if (left.length === 0) inFlight.delete(key)
  else inFlight.set(key, left)
}
