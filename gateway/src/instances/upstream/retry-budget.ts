/** Retries that are granted in any case, and how many milliseconds give one of them back. */
const FLOOR = 5
const REFILL = 1000
/** What quiet times may save up. */
const MOST = 100

/** Grants retries: a share of the requests, and a few where there are few requests. */
export class RetryBudget {
  readonly #share: number
  #saved = 0
  #floor = FLOOR
  #refilledAt: number

  /** @param share from 0 to 1 @param now `performance.now()` */
  constructor(share: number, now: number) {
    this.#share = share
    this.#refilledAt = now
  }

  /** Counts a request. */
  deposit(): void {
    this.#saved = Math.min(MOST, this.#saved + this.#share)
  }

  /** @returns whether a request may be tried again */
  withdraw(now: number): boolean {
    if (this.#share === 0) return false
    const refilled = Math.floor((now - this.#refilledAt) / REFILL)
    this.#refilledAt += refilled * REFILL
    this.#floor = Math.min(FLOOR, this.#floor + refilled)
    if (this.#saved >= 1) this.#saved--
    else if (this.#floor >= 1) this.#floor--
    else return false
    return true
  }
}
