/** When the breaker of a target opens; times in milliseconds. */
export interface BreakerOptions {
  /** Share of failures, from 0 to 1. */
  readonly share: number
  readonly minRequests: number
  readonly window: number
  readonly openFor: number
}

/** The one request that tries a target whose breaker is open. */
export type Trial = object

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
  #trial: Trial | undefined

  constructor(options: BreakerOptions) {
    this.#options = options
  }

  state(now: number): 'closed' | 'open' | 'trying' {
    if (this.#openUntil === 0) return 'closed'
    return this.#trial !== undefined || now < this.#openUntil ? 'open' : 'trying'
  }

  /** Milliseconds until a request may try the target. */
  remaining(now: number): number {
    return Math.max(0, this.#openUntil - now)
  }

  /** A request goes to the target. @returns set where it is the one that tries it; what becomes of it is told with this */
  begin(now: number): Trial | undefined {
    if (this.state(now) !== 'trying') return undefined
    this.#trial = {}
    return this.#trial
  }

  /** The request that tried the target came to nothing: another one may. */
  abandon(trial: Trial): void {
    if (this.#trial === trial) this.#trial = undefined
  }

  /** @returns whether that closed it */
  succeed(now: number, trial?: Trial): boolean {
    if (this.#openUntil === 0) {
      this.#count(now)
      return false
    }
    if (!this.#decides(trial)) return false
    this.#openUntil = this.#windowEnd = 0
    return true
  }

  /** @returns whether that opened it */
  fail(now: number, trial?: Trial): boolean {
    const { share, minRequests, openFor } = this.#options
    if (this.#openUntil === 0) {
      this.#count(now)
      this.#failures++
      if (this.#requests < minRequests || this.#failures < share * this.#requests) return false
    } else if (!this.#decides(trial)) return false
    this.#openUntil = now + openFor
    return true
  }

  /** Requests from before it opened say nothing of how the target is now. */
  #decides(trial: Trial | undefined): boolean {
    if (trial === undefined || trial !== this.#trial) return false
    this.#trial = undefined
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
