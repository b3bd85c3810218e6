import { Writes } from './writes.ts'

/** More than are revalidated while anything is being made. */
const LIMIT = 10_000

/** When tags of an app were last revalidated, on the clock of `performance.now()`. */
export class RecentTags {
  readonly writes: Writes = new Writes()
  readonly #times = new Map<string, number>()
  /** What was revalidated until then may be forgotten. */
  #forgotten = 0

  add(tags: readonly string[]): void {
    const now = performance.now()
    for (const tag of tags) {
      this.#times.delete(tag)
      this.#times.set(tag, now)
    }
    for (const [tag, time] of this.#times) {
      if (this.#times.size <= LIMIT) break
      this.#times.delete(tag)
      this.#forgotten = time
    }
  }

  /** Whether one of the tags was revalidated since then, as far as is known. */
  hasAny(tags: readonly string[], since: number): boolean {
    return this.#forgotten > since || tags.some((tag) => (this.#times.get(tag) ?? 0) > since)
  }
}
