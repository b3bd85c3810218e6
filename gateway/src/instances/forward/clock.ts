import { TargetTimeoutError, type TargetPhase } from '../../errors.ts'

/** All in milliseconds. */
export interface Timeouts {
  /** Until the connection stands, TLS included. */
  readonly connect: number
  /** From the end of the request to the head of the answer. */
  readonly firstByte: number
  /** Between two pieces of a body, either way, while the target is the one that is waited for. */
  readonly idle: number
}

/**
 * Runs while a target is waited for, and never while the client is. A timer that would go off too early looks again when it does: to
 * set another for each step of a request costs more than what it watches.
 */
export class Clock {
  readonly #timeouts: Timeouts
  readonly #onTimeout: (error: TargetTimeoutError) => void
  #phase: Exclude<TargetPhase, 'total'> | undefined
  /** `performance.now()` when the wait is too long. */
  #due = Infinity
  #timer: NodeJS.Timeout | undefined
  /** When the timer goes off. */
  #timerDue = Infinity

  constructor(timeouts: Timeouts, onTimeout: (error: TargetTimeoutError) => void) {
    this.#timeouts = timeouts
    this.#onTimeout = onTimeout
  }

  /** Waits for this from now on, and for nothing else. */
  await(phase: Exclude<TargetPhase, 'total'>): void {
    this.#phase = phase
    this.#wait(performance.now())
  }

  /** Something came: the wait begins anew. */
  progress(): void {
    if (this.#phase !== undefined) this.#wait(performance.now())
  }

  /** Nothing is waited for. */
  rest(): void {
    this.#phase = undefined
    this.#due = Infinity
  }

  /** Nothing will be waited for. */
  stop(): void {
    this.rest()
    clearTimeout(this.#timer)
    this.#timerDue = Infinity
  }

  #wait(now: number): void {
    const ms = this.#timeouts[this.#phase as Exclude<TargetPhase, 'total'>]
    this.#due = now + ms
    if (this.#due < this.#timerDue) this.#set(ms)
  }

  #set(ms: number): void {
    clearTimeout(this.#timer)
    this.#timerDue = performance.now() + ms
    // A gateway that was busy itself looks first at what came meanwhile.
    this.#timer = setTimeout(() => setImmediate(() => this.#look()), Math.ceil(ms))
  }

  #look(): void {
    const phase = this.#phase
    const now = performance.now()
    this.#timerDue = Infinity
    if (phase === undefined) return
    if (now < this.#due) this.#set(this.#due - now)
    else this.#onTimeout(new TargetTimeoutError(phase, this.#timeouts[phase]))
  }
}
