import { Line, type InLine } from '../../line.ts'
import type { Balance } from './balance.ts'
import type { Target } from './target.ts'

/** The next target: `busy` where all that work have as many requests as they may, `none` where none works. */
export type Picked = Target | 'busy' | 'none'

/** A request that waits for a free connection. */
export interface Waiter extends InLine {
  /** Targets that it does not want. */
  readonly tried: ReadonlySet<Target>
  /** Index of the one that it wants most. */
  readonly preferred: number | undefined
  serve(target: Target, now: number): void
}

/** The targets of one app, and the requests that wait for them. */
export class Targets {
  readonly all: readonly Target[]
  readonly #balance: Balance
  readonly #maxConnections: number
  readonly #maxQueue: number
  readonly #waiting = new Line<Waiter>()

  constructor(
    all: readonly Target[],
    balance: Balance,
    limits: { readonly maxConnections: number; readonly maxQueue: number },
  ) {
    this.all = all
    this.#balance = balance
    this.#maxConnections = limits.maxConnections
    this.#maxQueue = limits.maxQueue
  }

  /**
   * @param tried left out
   * @param preferred index of the target to take where it can
   */
  pick(now: number, tried: ReadonlySet<Target>, preferred?: number): Picked {
    const usable = this.#usable(now, tried)
    if (usable.length === 0) return 'none'
    const free = usable.filter(({ inFlight }) => inFlight < this.#maxConnections)
    if (free.length === 0) return 'busy'
    const wanted = preferred === undefined ? undefined : this.all[preferred]
    return wanted !== undefined && free.includes(wanted) ? wanted : this.#balance(free)
  }

  /** Whether another target than this one takes requests. */
  hasOther(now: number, target: Target): boolean {
    return this.all.some((each) => each !== target && each.state(now) === 'up')
  }

  /** Seconds after which it is worth asking again. */
  retryAfter(now: number): number {
    const waits = this.all.map((target) => target.remaining(now)).filter((ms) => ms > 0)
    return Math.ceil((waits.length === 0 ? 1000 : Math.min(...waits)) / 1000)
  }

  /** @returns false where too many wait already */
  wait(waiter: Waiter): boolean {
    if (this.#waiting.size >= this.#maxQueue) return false
    this.#waiting.add(waiter)
    return true
  }

  leave(waiter: Waiter): void {
    this.#waiting.delete(waiter)
  }

  /** A connection is free: those that wait are served in their order. */
  serveWaiting(): void {
    if (this.#waiting.size === 0) return
    const now = performance.now()
    for (let waiter = this.#waiting.first; waiter !== undefined; waiter = this.#waiting.first) {
      const picked = this.pick(now, waiter.tried, waiter.preferred)
      if (typeof picked === 'string') return
      this.#waiting.delete(waiter)
      waiter.serve(picked, now)
    }
  }

  /** Ejected ones are asked where nothing else is left. */
  #usable(now: number, tried: ReadonlySet<Target>): Target[] {
    const up: Target[] = []
    const ejected: Target[] = []
    for (const target of this.all) {
      if (tried.has(target)) continue
      const state = target.state(now)
      if (state === 'up' || state === 'trying') up.push(target)
      else if (state === 'ejected') ejected.push(target)
    }
    return up.length > 0 ? up : ejected
  }
}
