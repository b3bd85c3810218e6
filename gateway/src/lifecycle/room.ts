import { InstanceError } from '../errors.ts'

/** An app that holds a place, or asks for one. */
export interface Occupant {
  /** `performance.now()` since when it runs and no request holds it; undefined while it cannot be stopped. */
  idleSince(): number | undefined
  /** Stops it, and leaves the room when it is gone. */
  stop(): Promise<void>
}

interface Waiter {
  readonly app: Occupant
  readonly enter: () => void
}

/**
 * How many apps may run at once. Where all places are taken, the app that has been idle longest goes first; where none is
 * idle, the next one that becomes so.
 */
export class Room {
  readonly #max: number
  readonly #inside = new Set<Occupant>()
  /** Of those inside, the ones that were told to stop. */
  readonly #leaving = new Set<Occupant>()
  readonly #waiting = new Set<Waiter>()

  /** @param max places */
  constructor(max: number) {
    this.#max = max
  }

  get isFull(): boolean {
    return this.#inside.size >= this.#max
  }

  /** Waits for a place. @throws {InstanceError} where the signal comes first */
  async enter(app: Occupant, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const waiter = { app, enter: resolve }
      this.#waiting.add(waiter)
      const giveUp = (): void => {
        if (this.#waiting.delete(waiter)) reject(new InstanceError('no place became free'))
      }
      signal.addEventListener('abort', giveUp, { once: true })
      if (signal.aborted) giveUp()
      this.#serve()
    })
  }

  /** Stops an app that is idle. */
  dismiss(app: Occupant): void {
    this.#leaving.add(app)
    void app.stop()
  }

  leave(app: Occupant): void {
    this.#leaving.delete(app)
    if (this.#inside.delete(app)) this.#serve()
  }

  /** Told when an app has nothing left to do. */
  becameIdle(): void {
    if (this.#waiting.size > 0) this.#serve()
  }

  #serve(): void {
    for (const waiter of this.#waiting) {
      if (this.isFull) break
      // It comes back while it is still on its way out.
      if (this.#inside.has(waiter.app)) continue
      this.#waiting.delete(waiter)
      this.#inside.add(waiter.app)
      waiter.enter()
    }
    for (let missing = this.#waiting.size - this.#leaving.size; missing > 0; missing--) {
      const longest = this.#longestIdle()
      if (longest === undefined) return
      this.dismiss(longest)
    }
  }

  #longestIdle(): Occupant | undefined {
    let longest: Occupant | undefined
    let since = Infinity
    for (const app of this.#inside) {
      const idle = this.#leaving.has(app) ? undefined : app.idleSince()
      if (idle === undefined || idle >= since) continue
      longest = app
      since = idle
    }
    return longest
  }
}
