/** A run this long counts as healthy: its end is a first failure again. */
const HEALTHY_AFTER = 10_000

/**
 * The wait before a restart. The first failure of a healthy app is restarted at once; after that the wait
 * doubles at each failure, up to a maximum, with a fifth of jitter.
 */
export class Backoff {
  readonly #base: number
  readonly #max: number
  #failures = 0
  #until = 0

  /** @param base @param max milliseconds */
  constructor(base: number, max: number) {
    this.#base = base
    this.#max = max
  }

  /** @param startedAt `performance.now()` when the run that now failed came up; none where it never did */
  fail(startedAt?: number): void {
    const now = performance.now()
    const ran = startedAt === undefined ? -1 : now - startedAt
    if (ran >= HEALTHY_AFTER) this.#failures = 0
    this.#failures++
    const free = ran >= 0 ? 1 : 0
    const doubled = this.#base * 2 ** Math.min(this.#failures - 1 - free, 20)
    const wait = this.#failures <= free ? 0 : Math.min(this.#max, doubled)
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
