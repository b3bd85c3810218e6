import { evaluatePreconditions } from '../http/conditional.ts'
import { parseHttpDate } from '../http/date.ts'
import { aboutBody } from '../http/header-list.ts'
import { INTERNAL } from '../http/internal-headers.ts'
import { resetConnection } from '../http/reset.ts'
import { mayHaveTrailers } from '../http/trailers.ts'
import { corkForTurn } from '../instances/gather.ts'
import type { Exchange } from './exchange.ts'

/** Fields of one connection; instances that answer in this process may have set them. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade'])

/** The client whose request made the gateway ask: it gets the answer as it comes. */
export class FillLeader {
  readonly exchange: Exchange
  readonly #onDrain: () => void
  #hasAnswer = false
  #isGone = false

  /** @param onLeave called when nothing more can be said to it */
  constructor(exchange: Exchange, onDrain: () => void, onLeave: () => void) {
    this.exchange = exchange
    this.#onDrain = onDrain
    exchange.res.once('close', () => {
      this.#isGone = true
      onLeave()
    })
  }

  /** Nothing more can be said to it. */
  get isGone(): boolean {
    return this.#isGone || this.exchange.isRefused
  }

  /** What config says of the headers of the app's answers is not meant for this one. */
  useNoPolicy(): void {
    this.exchange.res.policy = undefined
  }

  /** @param raw name, value, name, value, with what is the gateway's own business */
  start(
    status: number,
    statusMessage: string,
    raw: readonly string[],
    headers: ReadonlyMap<string, string>,
    cacheStatus: string,
  ): void {
    const { res } = this.exchange
    if (this.isGone) return
    const isKnown = status === 200 && this.#has(headers)
    const hasTrailers = mayHaveTrailers(this.exchange.req, isKnown ? 304 : status)
    const head = raw.filter((_, i, all) => isForClient(all[i - (i % 2)] as string, hasTrailers))
    head.push('cache-status', cacheStatus)
    this.#hasAnswer = true
    if (isKnown) {
      res.writeHead(
        304,
        head.filter((_, i, all) => !aboutBody(all[i - (i % 2)] as string)),
      )
      res.end()
      this.#isGone = true
      return
    }
    res.writeHead(status, statusMessage, head)
    if (res.socket !== null) corkForTurn(res.socket)
    res.flushHeaders()
    res.on('drain', this.#onDrain)
  }

  /** Whether the client has this answer already. */
  #has(headers: ReadonlyMap<string, string>): boolean {
    const { 'if-none-match': noneMatch, 'if-modified-since': since } = this.exchange.req.headers
    const etag = headers.get('etag')
    const lastModified = parseHttpDate(headers.get('last-modified') ?? '')
    const asked = { 'if-none-match': noneMatch, 'if-modified-since': since }
    return evaluatePreconditions(asked, { etag, lastModified }) === 304
  }

  /** @returns whether it takes more at once */
  write(chunk: Buffer): boolean {
    return this.isGone || this.exchange.res.write(chunk)
  }

  end(trailers: Readonly<Record<string, string>> | undefined): void {
    if (this.isGone) return
    if (trailers !== undefined) this.exchange.res.addTrailers(trailers)
    this.exchange.res.end()
  }

  /** An answer that breaks off must not look complete. */
  breakOff(): void {
    if (!this.isGone) resetConnection(this.exchange.req.socket)
  }

  earlyHints(hints: Parameters<Exchange['res']['writeEarlyHints']>[0]): void {
    if (!this.isGone && !this.#hasAnswer) this.exchange.res.writeEarlyHints(hints)
  }

  /** It is answered with something else. */
  letGo(): Exchange | undefined {
    if (this.isGone) return undefined
    this.#isGone = true
    return this.exchange
  }
}

function isForClient(name: string, hasTrailers: boolean): boolean {
  const lower = name.toLowerCase()
  if (lower === 'trailer') return hasTrailers
  return !HOP_BY_HOP.has(lower) && !lower.startsWith(INTERNAL)
}
