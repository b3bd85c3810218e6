import type { Logger } from '../telemetry/logger.ts'

/**
 * - `stopped`: nothing runs; the next claim starts it
 * - `starting`: claims wait
 * - `ready`: claims are given
 * - `down`: it died or did not start; claims are refused until the wait is over
 * - `broken`: as `down`, after so many failures in a row that it is tried only now and then
 * - `closed`: for good
 */
export type AppState = 'stopped' | 'starting' | 'ready' | 'down' | 'broken' | 'closed'

/** The state of one app: every change of it is logged and counted. */
export class StateMachine {
  readonly #app: string
  readonly #logger: Logger
  readonly #counts = new Map<string, number>()
  #state: AppState = 'stopped'

  constructor(app: string, logger: Logger) {
    this.#app = app
    this.#logger = logger
  }

  get state(): AppState {
    return this.#state
  }

  /** How often each change was made: `ready > down` → times. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts)
  }

  /** Nothing comes after `closed`. */
  transition(to: AppState): void {
    const from = this.#state
    if (from === to || from === 'closed') return
    const change = `${from} > ${to}`
    this.#counts.set(change, (this.#counts.get(change) ?? 0) + 1)
    this.#logger.debug({ event: 'app.state', app: this.#app, from, to }, 'app state')
    this.#state = to
  }
}
