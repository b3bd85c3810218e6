/** Milliseconds between two reports of the same kind. */
const INTERVAL = 10_000

/** Counts what is refused before it is a request, so that a flood of it makes no flood of log lines. */
export class Refusals {
  readonly #report: (limit: string, count: number) => void
  readonly #counts = new Map<string, number>()

  constructor(report: (limit: string, count: number) => void) {
    this.#report = report
  }

  /** The first is reported at once, those that follow together. */
  count(limit: string): void {
    const count = this.#counts.get(limit)
    this.#counts.set(limit, (count ?? 0) + 1)
    if (count !== undefined) return
    this.#report(limit, 1)
    setTimeout(() => {
      const all = this.#counts.get(limit) ?? 0
      this.#counts.delete(limit)
      if (all > 1) this.#report(limit, all - 1)
    }, INTERVAL).unref()
  }
}
