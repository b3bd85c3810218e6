import { setTimeout as delay } from 'node:timers/promises'
import { isDevelopment, type AppConfig } from '../config/config.ts'
import type { Release } from '../config/release.ts'
import { InstanceError, RequestError } from '../errors.ts'
import type { Logger } from '../telemetry/logger.ts'
import { StateMachine, type AppState } from './app-state.ts'
import { instanceStatus, type AppStatus, type InstanceStatus } from './app-status.ts'
import { Backoff, type BackoffOptions } from './backoff.ts'
import { concernsInstances } from './config-diff.ts'
import { IdleWatch } from './idle-watch.ts'
import { Pool, type Claim } from './pool.ts'
import type { Occupant, Room } from './room.ts'
import { Starts, type HealthCheck, type StartInstance } from './starts.ts'

/** Milliseconds until a restart for which a request waits; for longer it is refused. */
const SHORT_WAIT = 1000

export interface SupervisionOptions extends BackoffOptions {
  /** Both in milliseconds. */
  readonly startTimeout: number
  readonly drainTimeout: number
  /** Requests that may wait for a start. */
  readonly maxQueue: number
}

export interface SupervisedAppParts {
  readonly start: StartInstance
  readonly check: HealthCheck
  readonly options: SupervisionOptions
  readonly room: Room
  readonly logger: Logger
}

/** Keeps one app running: starts it, gives its instances out, restarts it when it died, replaces it when its config changes. */
export class SupervisedApp implements Occupant {
  /** What is wanted. */
  config: AppConfig
  readonly #options: SupervisionOptions
  readonly #room: Room
  readonly #logger: Logger
  readonly #state: StateMachine
  readonly #starts: Starts
  readonly #backoff: Backoff
  readonly #idle: IdleWatch
  /** What takes requests; it has one instance at least. */
  #pool: Pool | undefined
  /** Pools that were replaced or stopped, until they are gone. */
  readonly #leaving = new Map<Pool, Promise<void>>()
  /** What ran last; it is started again where what is wanted did not come up. */
  #proven: AppConfig | undefined
  /** Why what is wanted did not come up, where something else runs. */
  #refusal: string | undefined
  #failure: string | undefined
  #starting: Promise<void> | undefined
  #restart: NodeJS.Timeout | undefined
  #waiting = 0
  #deaths = 0

  constructor(config: AppConfig, { start, check, options, room, logger }: SupervisedAppParts) {
    this.config = config
    this.#options = options
    this.#room = room
    this.#logger = logger
    this.#state = new StateMachine(config.id, logger)
    this.#starts = new Starts(start, check, options.startTimeout)
    this.#backoff = new Backoff(options)
    this.#idle = new IdleWatch(
      () => this.idleSince(),
      () => this.#room.dismiss(this),
    )
  }

  get state(): AppState {
    return this.#state.state
  }

  /** What answers requests, or would be started to. */
  get served(): AppConfig {
    return this.#pool?.config ?? this.#startable
  }

  /** What is served, or would be at the next start. */
  get release(): Release | undefined {
    return this.served.release
  }

  /** It runs without being asked for; in development nothing does. */
  get isEager(): boolean {
    return this.config.start === 'eager' && !isDevelopment(this.config)
  }

  get status(): AppStatus {
    const pools = [...(this.#pool ? [this.#pool] : []), ...this.#leaving.keys()]
    return {
      app: this.config.id,
      state: this.state,
      runtime: this.config.runtime,
      release: this.release?.id,
      instances: pools.flatMap(instancesOf),
      deaths: this.#deaths,
      failure: this.#refusal ?? this.#failure,
      transitions: this.#state.counts,
    }
  }

  /**
   * Takes an instance for one request. Choosing it and counting the request happen in one tick.
   * @throws {RequestError} 503 where the app is down or too many wait for it, 504 where it does not start in time
   */
  claim(): Claim | Promise<Claim> {
    return this.#pool?.claim() ?? this.#claimLater()
  }

  /** Starts the app where it is not running. Never rejects: a failure is logged, and tried again at the next claim. */
  async warm(): Promise<void> {
    const isDue = this.state === 'stopped' || (this.#isDown && this.#backoff.remaining() === 0)
    const hasRoom = !takesPlace(this.#startable) || !this.#room.isFull
    if (isDue && hasRoom) await this.#startOnce(() => this.#startFirst()).catch(() => {})
  }

  /** Takes over a config that does not concern what runs. */
  adjust(config: AppConfig): void {
    this.config = config
    this.#watchIdle()
  }

  idleSince(): number | undefined {
    return this.#starting === undefined ? this.#pool?.idleSince : undefined
  }

  /** Ends what runs, after what is in flight; the next claim starts it again. Never rejects. */
  async stop(): Promise<void> {
    clearTimeout(this.#restart)
    this.#backoff.reset()
    if (this.#pool === undefined && !this.#isDown) return
    const left = this.#leave()
    this.#state.transition('stopped')
    await left
    this.#room.leave(this)
  }

  /** Takes over a config that asks for other instances; `replace` is to follow. */
  want(config: AppConfig): void {
    this.config = config
    this.#refusal = undefined
    this.#failure = undefined
  }

  /**
   * Replaces what runs by instances with the wanted config; the old ones serve until the new ones are ready. Where these do
   * not come up, the old ones go on, and are what is started again. Settles when that is decided; never rejects.
   */
  async replace(): Promise<void> {
    await this.#starting?.catch(() => {})
    this.#backoff.reset()
    const running = this.#pool?.config
    if (running !== undefined && !concernsInstances(running, this.config)) this.#watchIdle()
    else if (running !== undefined) await this.restart()
    else if (this.#isDown) {
      await this.stop()
      if (this.isEager) await this.warm()
    }
  }

  /** Replaces what runs by new instances, or starts it. Never rejects. */
  async restart(): Promise<void> {
    const isRunning = this.#pool !== undefined
    this.#backoff.reset()
    // Two development servers cannot share a folder (`.next/dev/lock`): the old one goes first.
    if (isRunning && isDevelopment(this.config)) return this.stop()
    const start = isRunning ? () => this.#startBeside() : () => this.#startFirst()
    await this.#startOnce(start).catch(() => {})
  }

  /** Ends the app after what is in flight, by force after `timeout` milliseconds. */
  async close(timeout: number): Promise<void> {
    this.#state.transition('closed')
    clearTimeout(this.#restart)
    this.#idle.stop()
    this.#starts.abort()
    void this.#leave(timeout)
    await this.#starting?.catch(() => {})
    await Promise.all(this.#leaving.values())
    this.#room.leave(this)
  }

  get #isDown(): boolean {
    return this.state === 'down' || this.state === 'broken'
  }

  /** What is started where nothing runs. */
  get #startable(): AppConfig {
    return this.#refusal === undefined ? this.config : (this.#proven ?? this.config)
  }

  async #claimLater(): Promise<Claim> {
    this.#refuseClosed()
    const wait = this.#isDown ? this.#backoff.remaining() : 0
    if (wait > SHORT_WAIT) throw unavailable(wait)
    if (this.#waiting >= this.#options.maxQueue) throw unavailable(1000)
    this.#waiting++
    try {
      if (wait > 0) await delay(wait)
      this.#refuseClosed()
      await this.#startOnce(() => this.#startFirst())
    } finally {
      this.#waiting--
    }
    // No await between the check and the count.
    const claim = this.#pool?.claim()
    if (claim === undefined) throw unavailable(this.#backoff.remaining())
    return claim
  }

  #refuseClosed(): void {
    if (this.state === 'closed') throw new RequestError('SHUTTING_DOWN', 503, { retryAfter: 1 })
  }

  #startOnce(start: () => Promise<void>): Promise<void> {
    this.#starting ??= start().finally(() => (this.#starting = undefined))
    return this.#starting
  }

  /** From nothing to an instance; further ones follow. */
  async #startFirst(): Promise<void> {
    this.#state.transition('starting')
    const pool = this.#newPool(this.#startable)
    try {
      await pool.startOne(this.#entrance(pool))
    } catch (error) {
      this.#onFailure(error, 'app did not start')
      this.#backoff.fail()
      this.#goDown()
      throw toRequestError(error, this.#backoff.remaining())
    }
    this.#takeOver(pool)
  }

  /** New instances beside the old ones, which they replace when all of them are healthy. */
  async #startBeside(): Promise<void> {
    const pool = this.#newPool(this.config)
    const isPlaced = this.#pool !== undefined && takesPlace(this.#pool.config)
    try {
      await pool.startAll(isPlaced ? undefined : this.#entrance(pool))
      if (pool.running.length === 0) throw new InstanceError('it died as soon as it was started')
    } catch (error) {
      void this.#track(pool, pool.close())
      this.#onFailure(error, 'app did not start, the old instance goes on serving')
      this.#refusal = this.#failure
      if (!isPlaced) this.#room.leave(this)
      if (this.#pool === undefined) this.#goDown()
      throw toRequestError(error, this.#backoff.remaining())
    }
    this.#takeOver(pool)
  }

  /** Waits for the app's one place, where it is to have one. */
  #entrance({ config }: Pool): ((signal: AbortSignal) => Promise<void>) | undefined {
    let entered: Promise<void> | undefined
    return takesPlace(config) ? (signal) => (entered ??= this.#room.enter(this, signal)) : undefined
  }

  #newPool(config: AppConfig): Pool {
    const pool: Pool = new Pool({
      config,
      starts: this.#starts,
      backoff: this.#backoff,
      drainTimeout: this.#options.drainTimeout,
      logger: this.#logger,
      onIdle: () => this.#room.becameIdle(),
      onDeath: (reason) => {
        this.#deaths++
        this.#failure = reason
      },
      onEmpty: () => this.#onEmpty(pool),
    })
    return pool
  }

  /** The swap: what comes from now on goes to the new pool. */
  #takeOver(pool: Pool): void {
    const isSwap = this.#pool !== undefined
    void this.#leave()
    this.#pool = pool
    if (this.state === 'closed') {
      void this.#leave()
      return
    }
    this.#proven = pool.config
    if (!takesPlace(pool.config)) this.#room.leave(this)
    if (pool.config === this.config) this.#failure = this.#refusal = undefined
    this.#state.transition('ready')
    if (isSwap) {
      const { id, release } = pool.config
      const fields = { event: 'app.replaced', app: id, release: release?.id }
      this.#logger.info(fields, 'new instances took over')
    }
    this.#watchIdle()
    void pool.fill()
  }

  #onFailure(error: unknown, message: string): void {
    if (this.state === 'closed') return
    this.#failure = reasonOf(error)
    const err = { message: this.#failure }
    this.#logger.error({ event: 'app.failed', app: this.config.id, err }, message)
  }

  /** Every instance died. Those that are being started to replace them come all the same. */
  #onEmpty(pool: Pool): void {
    if (this.#pool !== pool) return
    this.#pool = undefined
    if (this.#starting === undefined) this.#goDown()
    else this.#state.transition('starting')
  }

  /** In production the app comes back by itself; one that is started on demand waits for the next request. */
  #goDown(): void {
    this.#state.transition(this.#backoff.isOpen ? 'broken' : 'down')
    this.#room.leave(this)
    const { id } = this.config
    if (this.state === 'broken') {
      const { failures } = this.#backoff
      this.#logger.error(
        { event: 'app.broken', app: id, failures, reason: this.#failure },
        `app failed ${failures} times in a row: visitors get 503, and it is tried only now and then`,
      )
    }
    if (!this.isEager || this.state === 'closed') return
    clearTimeout(this.#restart)
    this.#restart = setTimeout(() => void this.warm(), Math.ceil(this.#backoff.remaining()) + 1)
  }

  #watchIdle(): void {
    this.#idle.watch(this.#pool === undefined ? undefined : this.config.idle.stopAfter)
  }

  /** Lets what takes requests go. Settles when it is gone. */
  #leave(timeout?: number): Promise<void> {
    const pool = this.#pool
    this.#pool = undefined
    return pool === undefined ? Promise.resolve() : this.#track(pool, pool.close(timeout))
  }

  #track(pool: Pool, closed: Promise<void>): Promise<void> {
    this.#leaving.set(
      pool,
      closed.then(() => void this.#leaving.delete(pool)),
    )
    return closed
  }
}

/** What runs elsewhere takes none of the places that `maxRunning` has. */
function takesPlace({ kind }: AppConfig): boolean {
  return kind !== 'upstream'
}

function instancesOf(pool: Pool): InstanceStatus[] {
  const release = pool.config.release?.id
  return [
    ...pool.running.map((running) => instanceStatus(running, release, false)),
    ...pool.draining.running.map((running) => instanceStatus(running, release, true)),
  ]
}

function toRequestError(error: unknown, wait: number): RequestError {
  return error instanceof RequestError ? error : unavailable(wait, error)
}

function reasonOf(error: unknown): string {
  if (error instanceof RequestError && error.cause !== undefined) return reasonOf(error.cause)
  return error instanceof Error ? error.message : String(error)
}

function unavailable(waitMs: number, cause?: unknown): RequestError {
  const retryAfter = Math.max(1, Math.ceil(waitMs / 1000))
  return new RequestError('APP_UNAVAILABLE', 503, { retryAfter, cause })
}
