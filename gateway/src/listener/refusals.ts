/** Milliseconds between two reports of the same kind. */
const INTERVAL = 10_000

/** @param peer the last that was refused, where that is told */
type Report = (kind: string, count: number, peer: string | undefined) => void

interface Following {
  count: number
  peer: string | undefined
}

/** Counts what is refused before it is a request, so that a flood of it makes no flood of log lines. */
export class Refusals {
  readonly #report: Report
  /** Those behind a first that was reported. */
  readonly #following = new Map<string, Following>()

  constructor(report: Report) {
    this.#report = report
  }

  /** The first is reported at once, those that follow together. @param kind one of a few */
  count(kind: string, peer?: string): void {
    const following = this.#following.get(kind)
    if (following !== undefined) {
      following.count++
      following.peer = peer
      return
    }
    this.#following.set(kind, { count: 0, peer })
    this.#report(kind, 1, peer)
    setTimeout(() => this.#reportFollowing(kind), INTERVAL).unref()
  }

  #reportFollowing(kind: string): void {
    const { count, peer } = this.#following.get(kind) ?? { count: 0, peer: undefined }
    this.#following.delete(kind)
    if (count > 0) this.#report(kind, count, peer)
  }
}
