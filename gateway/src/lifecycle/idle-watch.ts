/** Tells when something has been idle for long enough. */
export class IdleWatch {
  readonly #idleSince: () => number | undefined
  readonly #onIdle: () => void
  #timer: NodeJS.Timeout | undefined

  /** @param idleSince `performance.now()` since when it is idle; undefined while it is not */
  constructor(idleSince: () => number | undefined, onIdle: () => void) {
    this.#idleSince = idleSince
    this.#onIdle = onIdle
  }

  /** Watches from now on. @param after milliseconds; never where it is undefined */
  watch(after: number | undefined): void {
    clearTimeout(this.#timer)
    if (after === undefined) return
    const now = performance.now()
    const since = this.#idleSince()
    const rest = (since ?? now) + after - now
    if (rest <= 0) this.#onIdle()
    else this.#timer = setTimeout(() => this.watch(after), Math.max(1, Math.ceil(rest))).unref()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
