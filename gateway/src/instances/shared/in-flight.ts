import { Bag, type InBag } from '../../bag.ts'

/** What can be waited for, and broken off. */
interface Closable {
  once(event: 'close', listener: () => void): unknown
  destroy(): unknown
}

interface Open extends InBag {
  readonly one: Closable
}

/** Responses or sockets that are not closed yet. */
export class InFlight {
  readonly #open = new Bag<Open>()
  #idle: (() => void) | undefined

  add(one: Closable): void {
    const open = { one, place: 0 }
    this.#open.add(open)
    one.once('close', () => {
      this.#open.delete(open)
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
    for (const { one } of this.#open) one.destroy()
  }
}
