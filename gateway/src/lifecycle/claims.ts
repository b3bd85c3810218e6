/** Counts the requests that hold an instance. */
export class Claims {
  readonly startedAt: number = performance.now()
  #held = 0
  #onIdle: (() => void) | undefined

  get held(): number {
    return this.#held
  }

  /** Counts one request in; what is returned counts it out, once. */
  take(): () => void {
    this.#held++
    let done = false
    return () => {
      if (done) return
      done = true
      this.#held--
      if (this.#held === 0) this.#onIdle?.()
    }
  }

  /** Settles when nothing is held any more, or after `timeout` milliseconds. */
  async drained(timeout: number): Promise<void> {
    if (this.#held === 0) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeout)
      this.#onIdle = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
