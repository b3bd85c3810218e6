import type { Exchange } from './exchange.ts'

interface Follower {
  readonly timer: NodeJS.Timeout
  readonly onClose: () => void
}

/** Requests that wait for an answer that another one made the gateway ask for. */
export class FillFollowers {
  readonly #waiting = new Map<Exchange, Follower>()
  readonly #goOn: (exchange: Exchange) => void
  readonly #onLeave: () => void

  /**
   * @param goOn called for each whose answer it will not be
   * @param onLeave called when one has left
   */
  constructor(goOn: (exchange: Exchange) => void, onLeave: () => void) {
    this.#goOn = goOn
    this.#onLeave = onLeave
  }

  get size(): number {
    return this.#waiting.size
  }

  /** @param patience milliseconds, after which it goes on alone */
  add(exchange: Exchange, patience: number): void {
    const onClose = (): void => {
      this.#take(exchange)
      this.#onLeave()
    }
    const timer = setTimeout(() => {
      this.#take(exchange)
      if (exchange.lookup !== undefined) exchange.lookup.waits = Infinity
      this.#goOn(exchange)
      this.#onLeave()
    }, patience)
    exchange.res.once('close', onClose)
    this.#waiting.set(exchange, { timer, onClose })
  }

  /** Lets those go on whose answer it is not; all of them, where nothing is said. */
  release(isOther: (exchange: Exchange) => boolean = () => true): void {
    for (const exchange of this.#waiting.keys()) {
      if (!isOther(exchange)) continue
      this.#take(exchange)
      this.#goOn(exchange)
    }
  }

  /** Answers all of them. */
  answer(serve: (exchange: Exchange) => void): void {
    for (const exchange of this.#waiting.keys()) {
      this.#take(exchange)
      if (!exchange.res.headersSent && !exchange.res.destroyed) serve(exchange)
    }
  }

  #take(exchange: Exchange): void {
    const follower = this.#waiting.get(exchange)
    if (follower === undefined) return
    clearTimeout(follower.timer)
    // The fill answers for it no more.
    exchange.fallback = undefined
    exchange.res.off('close', follower.onClose)
    this.#waiting.delete(exchange)
  }
}
