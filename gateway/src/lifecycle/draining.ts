import type { Running } from './pool.ts'

/** The least that an instance is given for its own end, in milliseconds. */
const LEAST_CLOSE = 500

/** The instances of one app that take no more requests. */
export class Draining {
  readonly #leaving = new Map<Running, Promise<void>>()

  get running(): readonly Running[] {
    return [...this.#leaving.keys()]
  }

  /** Ends an instance after what it has in flight, by force after `timeout` milliseconds. */
  drain(running: Running, timeout: number): Promise<void> {
    const until = performance.now() + timeout
    const drained = running.claims
      .drained(timeout)
      .then(() => running.instance.close(Math.max(LEAST_CLOSE, until - performance.now())))
      .then(() => void this.#leaving.delete(running))
    this.#leaving.set(running, drained)
    return drained
  }

  /** Settles when all of them are gone. */
  async done(): Promise<void> {
    await Promise.all(this.#leaving.values())
  }
}
