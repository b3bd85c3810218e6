/** A run this long counts as healthy: its end is a first failure again. */
const HEALTHY_AFTER = 10_000

export interface BackoffOptions {
  /** Milliseconds before the second try; doubled at each failure. */
  readonly restartDelay: number
  /** Milliseconds that no wait is longer than. */
  readonly maxRestartDelay: number
  /** Failures in a row that open the breaker. */
  readonly maxFailures: number
}

/**
 * The wait before a restart. The first failure of a healthy app is restarted at once; after that the wait
 * doubles at each failure, up to a maximum, with a fifth of jitter. After too many failures in a row the breaker is open,
 * and every wait is the longest.
 */
export class Backoff {
  readonly #options: BackoffOptions
  #failures = 0
  #until = 0

  constructor(options: BackoffOptions) {
    this.#options = options
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures
  }

  get isOpen(): boolean {
    return this.#failures >= this.#options.maxFailures
  }

  /** @param startedAt `performance.now()` when the run that now failed came up; none where it never did */
  fail(startedAt?: number): void {
    const { restartDelay, maxRestartDelay } = this.#options
    const now = performance.now()
    const ran = startedAt === undefined ? -1 : now - startedAt
    if (ran >= HEALTHY_AFTER) this.#failures = 0
    this.#failures++
    const free = ran >= 0 ? 1 : 0
    const doubled = restartDelay * 2 ** Math.min(this.#failures - 1 - free, 20)
    const grown = this.#failures <= free ? 0 : Math.min(maxRestartDelay, doubled)
    const wait = this.isOpen ? maxRestartDelay : grown
    this.#until = now + wait * (0.9 + Math.random() * 0.2)
  }

  /** Milliseconds until the next start is due; 0 where it is. */
  remaining(): number {
    return Math.max(0, this.#until - performance.now())
  }

  reset(): void {
    this.#failures = 0
    this.#until = 0
  }
}
