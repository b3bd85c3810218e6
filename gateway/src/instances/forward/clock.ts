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

/** Runs while a target is waited for, and never while the client is. */
export class Clock {
  readonly #timeouts: Timeouts
  readonly #onTimeout: (error: TargetTimeoutError) => void
  #timer: NodeJS.Timeout | undefined
  #pieces = 0

  constructor(timeouts: Timeouts, onTimeout: (error: TargetTimeoutError) => void) {
    this.#timeouts = timeouts
    this.#onTimeout = onTimeout
  }

  /** Waits for this from now on, and for nothing else. */
  await(phase: Exclude<TargetPhase, 'total'>): void {
    clearTimeout(this.#timer)
    const ms = this.#timeouts[phase]
    const timer = setTimeout(() => {
      // A gateway that was busy itself looks first at what came meanwhile.
      const pieces = this.#pieces
      setImmediate(() => {
        if (this.#timer !== timer || this.#pieces !== pieces) return
        this.#onTimeout(new TargetTimeoutError(phase, ms))
      })
    }, ms)
    this.#timer = timer
  }

  /** Something came: the wait begins anew. */
  progress(): void {
    this.#pieces++
    this.#timer?.refresh()
  }

  /** Nothing is waited for. */
  rest(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
