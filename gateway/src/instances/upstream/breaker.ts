/** When the breaker of a target opens; times in milliseconds. */
export interface BreakerOptions {
  /** Share of failures, from 0 to 1. */
  readonly share: number
  readonly minRequests: number
  readonly window: number
  readonly openFor: number
}

/**
 * The circuit breaker of one target. Open, it lets nothing through; after `openFor` one request tries the target, and
 * decides. Every `now` is `performance.now()`.
 */
export class Breaker {
  readonly #options: BreakerOptions
  #windowEnd = 0
  #requests = 0
  #failures = 0
  /** Until when it is open; 0 where it is closed. */
  #openUntil = 0
  #isTrying = false

  constructor(options: BreakerOptions) {
    this.#options = options
  }

  state(now: number): 'closed' | 'open' | 'trying' {
    if (this.#openUntil === 0) return 'closed'
    return this.#isTrying || now < this.#openUntil ? 'open' : 'trying'
  }

  /** Milliseconds until a request may try the target. */
  remaining(now: number): number {
    return Math.max(0, this.#openUntil - now)
  }

  /** A request goes to the target. @returns whether it is the one that tries it */
  begin(now: number): boolean {
    if (this.state(now) !== 'trying') return false
    this.#isTrying = true
    return true
  }

  /** The request that tried the target came to nothing: another one may. */
  abandon(): void {
    this.#isTrying = false
  }

  /** @returns whether that closed it */
  succeed(now: number): boolean {
    if (this.#openUntil !== 0) {
      if (!this.#isTrying) return false
      this.#openUntil = this.#windowEnd = 0
      this.#isTrying = false
      return true
    }
    this.#count(now)
    return false
  }

  /** @returns whether that opened it */
  fail(now: number): boolean {
    const { share, minRequests, openFor } = this.#options
    if (this.#openUntil === 0) {
      this.#count(now)
      this.#failures++
      if (this.#requests < minRequests || this.#failures < share * this.#requests) return false
    } else if (!this.#isTrying) return false
    this.#isTrying = false
    this.#openUntil = now + openFor
    return true
  }

  #count(now: number): void {
    if (now >= this.#windowEnd) {
      this.#windowEnd = now + this.#options.window
      this.#requests = this.#failures = 0
    }
    this.#requests++
  }
}
