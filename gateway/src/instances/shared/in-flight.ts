/** What can be waited for, and broken off. */
interface Closable {
  once(event: 'close', listener: () => void): unknown
  destroy(): unknown
}

/** Responses or sockets that are not closed yet. */
export class InFlight {
  readonly #open = new Set<Closable>()
  #idle: (() => void) | undefined

  add(one: Closable): void {
    this.#open.add(one)
    one.once('close', () => {
      this.#open.delete(one)
      if (this.#open.size === 0) this.#idle?.()
    })
  }

  /** Waits until all are closed, and breaks off those that are not after `timeout` milliseconds. */
  async end(timeout: number): Promise<void> {
    if (this.#open.size === 0) return
    const idle = new Promise<void>((resolve) => (this.#idle = resolve))
    const timer = setTimeout(() => this.destroy(), timeout)
    await idle
    clearTimeout(timer)
  }

  destroy(): void {
    for (const one of this.#open) one.destroy()
  }
}
