import type { TargetConfig } from '../../config/config.ts'
import type { Logger } from '../../telemetry/logger.ts'
import type { ForwardTarget } from '../forward/target.ts'
import { Breaker, type BreakerOptions, type Trial } from './breaker.ts'
import { Ejection, type EjectionOptions } from './ejection.ts'

/**
 * - `up`: takes requests
 * - `unhealthy`: does not answer its health path as it should
 * - `ejected`: failed several requests in a row
 * - `open`: its breaker is open
 * - `trying`: its breaker lets one request through
 */
export type TargetState = 'up' | 'unhealthy' | 'ejected' | 'open' | 'trying'

/** What operators are told of a target. */
export interface TargetStatus {
  readonly name: string
  readonly state: TargetState
  readonly inFlight: number
  /** Requests that it failed. */
  readonly failures: number
}

export interface TargetParts {
  readonly config: TargetConfig
  readonly forward: ForwardTarget
  readonly breaker: BreakerOptions
  readonly ejection: EjectionOptions
  readonly logger: Logger
}

/** A request among those that a target has in flight. */
export interface Place {
  /** Set where it tries a target whose breaker is open. */
  readonly trial: Trial | undefined
  /** Counts it out, once. */
  readonly release: () => void
}

/** One server of an upstream app, and how it does. Every `now` is `performance.now()`. */
export class Target {
  readonly name: string
  readonly weight: number
  readonly config: TargetConfig
  readonly forward: ForwardTarget
  /** For smooth weighted round robin. */
  credit = 0
  inFlight = 0
  readonly #breaker: Breaker
  readonly #ejection: Ejection
  readonly #logger: Logger
  #isHealthy = true
  #failures = 0

  constructor({ config, forward, breaker, ejection, logger }: TargetParts) {
    this.name = config.name
    this.weight = config.weight
    this.config = config
    this.forward = forward
    this.#breaker = new Breaker(breaker)
    this.#ejection = new Ejection(ejection)
    this.#logger = logger.child({ target: config.name })
  }

  /** Milliseconds until its breaker lets a request through. */
  remaining(now: number): number {
    return this.#breaker.remaining(now)
  }

  state(now: number): TargetState {
    if (!this.#isHealthy) return 'unhealthy'
    const breaker = this.#breaker.state(now)
    if (breaker === 'open') return 'open'
    if (this.#ejection.isEjected(now)) return 'ejected'
    return breaker === 'closed' ? 'up' : 'trying'
  }

  status(now: number): TargetStatus {
    return {
      name: this.name,
      state: this.state(now),
      inFlight: this.inFlight,
      failures: this.#failures,
    }
  }

  /** Counts a request in. */
  take(now: number): Place {
    this.inFlight++
    const trial = this.#breaker.begin(now)
    let isDone = false
    const release = (): void => {
      if (isDone) return
      isDone = true
      this.inFlight--
      if (trial !== undefined) this.#breaker.abandon(trial)
    }
    return { trial, release }
  }

  succeed(now: number, trial: Trial | undefined): void {
    this.#ejection.succeed(now)
    if (this.#breaker.succeed(now, trial)) {
      this.#logger.info(
        { event: 'target.closed' },
        `${this.name} works again: its breaker is closed`,
      )
    }
  }

  /** @param hasOther another target can take its requests, so that it may be ejected */
  fail(now: number, hasOther: boolean, trial: Trial | undefined): void {
    this.#failures++
    this.#ejection.fail()
    if (this.#breaker.fail(now, trial)) {
      this.#logger.error(
        { event: 'target.open' },
        `${this.name} fails too often: its breaker is open`,
      )
    }
    if (!hasOther || !this.#ejection.isDue || this.#ejection.isEjected(now)) return
    const ms = this.#ejection.eject(now)
    this.#logger.warn(
      { event: 'target.ejected', ms },
      `${this.name} failed several times in a row: it is ejected`,
    )
  }

  /** @param why for the log */
  setHealth(isHealthy: boolean, why: string): void {
    if (isHealthy === this.#isHealthy) return
    this.#isHealthy = isHealthy
    if (isHealthy) this.#logger.info({ event: 'target.healthy' }, `${this.name} is healthy again`)
    else this.#logger.error({ event: 'target.unhealthy', why }, `${this.name} is unhealthy`)
  }

  close(): void {
    this.forward.connections.destroy()
    this.forward.tunnelAgent?.destroy()
  }
}
