/** Counts the requests that hold an instance. */
export class Claims {
  readonly startedAt: number = performance.now()
  readonly #onIdle: () => void
  #held = 0
  #idleSince: number | undefined = this.startedAt
  #onDrained: (() => void) | undefined

  /** @param onIdle called when nothing is held any more, each time */
  constructor(onIdle: () => void) {
    this.#onIdle = onIdle
  }

  get held(): number {
    return this.#held
  }

  /** `performance.now()` since when nothing is held; undefined where something is. */
  get idleSince(): number | undefined {
    return this.#idleSince
  }

  /** Counts one request in; what is returned counts it out, once. */
  take(): () => void {
    this.#held++
    this.#idleSince = undefined
    let done = false
    return () => {
      if (done) return
      done = true
      this.#held--
      if (this.#held > 0) return
      this.#idleSince = performance.now()
      this.#onDrained?.()
      this.#onIdle()
    }
  }

  /** Settles when nothing is held any more, or after `timeout` milliseconds. */
  async drained(timeout: number): Promise<void> {
    if (this.#held === 0) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeout)
      this.#onDrained = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
