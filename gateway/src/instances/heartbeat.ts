/** Beats within the time after which a silent child counts as stuck. */
const BEATS = 4

export interface HeartbeatParts {
  /** Milliseconds without an answer after which the child is stuck. */
  readonly patience: number
  readonly ping: () => void
  /** Called once. */
  readonly onStuck: () => void
}

/**
 * Notices a child whose event loop does not turn. Counted in beats, so that a gateway that slept itself blames nobody.
 */
export class Heartbeat {
  readonly #timer: NodeJS.Timeout
  #unanswered = 0

  constructor({ patience, ping, onStuck }: HeartbeatParts) {
    ping()
    this.#timer = setInterval(() => {
      if (this.#unanswered >= BEATS) {
        this.stop()
        onStuck()
        return
      }
      this.#unanswered++
      ping()
    }, patience / BEATS).unref()
  }

  pong(): void {
    this.#unanswered = 0
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
