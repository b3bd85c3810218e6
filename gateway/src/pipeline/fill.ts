import type { Entry } from '../cache/entry.ts'
import type { Reuse } from '../cache/policy.ts'
import type { ResponseCache } from '../cache/response-cache.ts'
import type { InFlight } from '../cache/scope.ts'
import { variantKey } from '../cache/vary.ts'
import type { AnswerSink } from '../http/detached.ts'
import { headerMap } from '../http/header-list.ts'
import type { Exchange } from './exchange.ts'
import { FillAnswer, type Head } from './fill-answer.ts'
import { FillClients, hasCookies } from './fill-clients.ts'
import { fillRequest, type FillRequest } from './fill-request.ts'
import type { Lookup } from './response-cache.ts'

export interface FillParts {
  readonly cache: ResponseCache
  /** Hands an exchange to its app; what goes wrong is answered. */
  readonly dispatch: (exchange: Exchange) => void
  /** Goes on with a request whose answer was not for it. */
  readonly goOn: (exchange: Exchange) => void
}

/** `asked`: no head yet. `collecting`: for many. `passing`: for the client alone that asked first. */
type Phase = 'asked' | 'collecting' | 'passing' | 'done'

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
  readonly #clients: FillClients
  readonly #answer: FillAnswer
  /** Runs while no client reads the answer; then it counts among those in the background. */
  #unread: NodeJS.Timeout | undefined
  #phase: Phase = 'asked'
  #head: Head | undefined
  /** Bytes of the answer that are collected, or wait for a slow client. */
  #held = 0

  /** @param isBackground the client that the question comes from has its answer already */
  constructor(exchange: Exchange, lookup: Lookup, isBackground: boolean, parts: FillParts) {
    const { cache, goOn } = parts
    this.#parts = parts
    this.#lookup = lookup
    this.#request = fillRequest(exchange, lookup, isBackground, this)
    this.#answer = new FillAnswer(cache, lookup, this.#request.asked)
    const onLeave = (): void => this.#onLeave()
    const onDrain = (): void => this.#onDrain()
    const first = isBackground ? undefined : exchange
    this.#clients = new FillClients(first, { cache, goOn, onDrain, onLeave })
    if (!isBackground) exchange.fallback = this
    lookup.scope.begin(lookup.key, this)
    if (isBackground) this.#goOnUnread()
  }

  /** Hands the question to the app. */
  ask(): void {
    this.#parts.dispatch(this.#request.exchange)
  }

  /** How many wait for it. */
  get waiting(): number {
    return this.#clients.followers.size
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
    this.#clients.followers.add(exchange, patience)
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
    const mayGoOn = this.#clients.leader?.write(chunk) ?? true
    if (this.#phase !== 'collecting') return mayGoOn
    const { body, maxBytes } = this.#answer
    const isTooLarge = body.bytes + chunk.length > maxBytes
    if (isTooLarge || !this.#parts.cache.collect(this.#lookup.scope, chunk.length)) {
      body.drop()
      // Where there was no room for it, there may be some for the next one.
      this.#forLeaderAlone(isTooLarge)
      return mayGoOn
    }
    this.#held += chunk.length
    body.add(chunk)
    // What is collected is bounded: a client that reads slowly must not keep the others waiting.
    return true
  }

  end(trailers: Readonly<Record<string, string>> | undefined): void {
    if (this.#phase === 'done') return
    const entry = this.#phase === 'collecting' ? this.#complete(trailers) : undefined
    const { leader, followers } = this.#clients
    this.#finish()
    leader?.end(trailers)
    if (entry === undefined) followers.release()
    else this.#clients.answerFollowers(entry, `fwd=${this.#lookup.forwarded}`)
  }

  fail(): void {
    if (this.#phase === 'done') return
    const { leader, followers } = this.#clients
    this.#finish()
    leader?.breakOff()
    followers.release()
  }

  earlyHints(hints: Parameters<AnswerSink['earlyHints']>[0]): void {
    this.#clients.leader?.earlyHints(hints)
  }

  #start(head: Head): void {
    const { scope, stale, forwarded } = this.#lookup
    const reuse = this.#answer.judge(head)
    if (reuse === undefined) {
      if (this.#isForOthers && head.status < 500 && stale !== undefined) scope.shelf.remove(stale)
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
    this.#answer.reuse = reuse
    this.#clients.followers.release((exchange) => {
      if (this.#fits(exchange)) return false
      if (exchange.lookup !== undefined) exchange.lookup.vary = reuse.vary
      return true
    })
    if (!this.#clients.isWanted) this.#goOnUnread()
  }

  /** Not what one client asked for though a fresh answer was there: that is right for the others all the same. */
  get #isForOthers(): boolean {
    return this.#lookup.forwarded !== 'request'
  }

  #startLeader({ status, statusMessage, raw, headers }: Head, cacheStatus: string): void {
    const { leader } = this.#clients
    // The gateway's own page, as the app has failed.
    if (this.#request.exchange.isRefused) leader?.useNoPolicy()
    leader?.start(status, statusMessage, raw, headers, `Tenantry; ${cacheStatus}`)
  }

  /** What follows is of no use to anyone else. @param isSure nor would the next answer be */
  #forLeaderAlone(isSure = true): void {
    const { scope, key, passKey } = this.#lookup
    this.#phase = 'passing'
    if (this.#isForOthers && isSure) {
      this.#parts.cache.pass(scope, passKey, (this.#head?.status ?? 0) >= 500)
    }
    scope.finish(key, this)
    this.#clients.followers.release()
    this.#endUnread()
  }

  /** @returns the entry, where all of the answer has come; it is stored where it may be */
  #complete(trailers: object | undefined): Entry | undefined {
    const { reuse } = this.#answer
    if (this.#head === undefined || reuse === undefined) return undefined
    const entry = this.#answer.complete(this.#head, trailers)
    if (entry !== undefined) this.#answer.store(entry, reuse, this.isVoid)
    return entry
  }

  /** The app says that the stale entry is still right (RFC 9111 §4.3.4). */
  #freshen(stale: Entry, notModified: Head): void {
    const head = this.#answer.freshenedHead(stale, notModified)
    const reuse = this.#answer.judge(head)
    if (reuse === undefined) {
      this.#passFreshened(stale, head)
      return
    }
    this.#share(reuse)
    const entry = this.#answer.freshened(stale, head, reuse)
    this.#answer.store(entry, reuse, this.isVoid)
    this.#answer.takeCodings(entry, stale)
    this.#answerAll(entry, `fwd=${this.#lookup.forwarded}; fwd-status=304`)
  }

  /** Still right, but for the client alone that asked, by what is said now. */
  #passFreshened(stale: Entry, head: Head): void {
    const { scope, forwarded } = this.#lookup
    const { leader } = this.#clients
    if (this.#isForOthers) scope.shelf.remove(stale)
    this.#startLeader(head, `fwd=${forwarded}; fwd-status=304`)
    leader?.write(stale.identity.body)
    leader?.end(undefined)
    this.#forLeaderAlone()
    this.#stop()
  }

  /** Nothing of what the app sends is needed. */
  #answerAll(entry: Entry, cacheStatus: string): void {
    this.#stop()
    this.#clients.answerAll(entry, cacheStatus)
  }

  #fits(exchange: Exchange): boolean {
    const { vary = [], isCookieless = false } = this.#answer.reuse ?? {}
    if (isCookieless && hasCookies(exchange)) return false
    return this.#isSame(exchange, vary)
  }

  #isSame({ req }: Exchange, names: readonly string[]): boolean {
    return variantKey(names, req.headers) === variantKey(names, this.#request.asked)
  }

  /** The client that reads has taken all that was given to it. */
  #onDrain(): void {
    if (this.#phase === 'passing' || this.#phase === 'done') this.#letGo()
    this.#request.res.emit('drain')
  }

  /** What was collected is stored, or nobody's, and no client has still to take it. */
  #letGo(): void {
    this.#parts.cache.release(this.#lookup.scope, this.#held)
    this.#held = 0
  }

  #onLeave(): void {
    if (this.#phase === 'passing' || this.#phase === 'done') this.#letGo()
    if (this.#phase === 'collecting' && !this.#clients.hasReader) this.#goOnUnread()
    else this.#endUnread()
  }

  /** What will be stored is read to its end, though no client reads it: within a time, and not too many at once. */
  #goOnUnread(): void {
    const { cache } = this.#parts
    const { scope } = this.#lookup
    if (this.#unread !== undefined) return
    if (!this.#clients.isWanted && !cache.hasRoomInBackground(scope)) {
      this.#stop()
      return
    }
    scope.inBackground++
    this.#unread = setTimeout(() => this.#giveUp(), UNREAD_TIMEOUT).unref()
  }

  /** Where nobody is left who wants it, the app need not go on. */
  #endUnread(): void {
    if (this.#phase === 'collecting' || this.#phase === 'done') return
    const isBackground = this.#clients.leader === undefined && this.#phase === 'asked'
    if (!this.#clients.isWanted && !isBackground) this.#stop()
  }

  #giveUp(): void {
    this.#stop()
    this.#clients.followers.release()
  }

  /** What the app still does is of no matter. */
  #stop(): void {
    this.#finish()
    this.#request.exchange.isRefused = true
    this.#request.res.destroy()
  }

  #finish(): void {
    const { scope, key, stale } = this.#lookup
    this.#phase = 'done'
    if (this.#unread !== undefined) {
      clearTimeout(this.#unread)
      this.#unread = undefined
      scope.inBackground--
    }
    scope.finish(key, this)
    if (!this.#clients.hasReader) this.#letGo()
    if (stale !== undefined) stale.isRefreshing = false
  }
}
