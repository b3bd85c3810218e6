import type { AppConfig } from '../config/config.ts'
import { RequestError } from '../errors.ts'
import type { Instance, InstanceEnd } from '../instances/instance.ts'
import type { Logger } from '../telemetry/logger.ts'
import { Backoff } from './backoff.ts'
import { Claims } from './claims.ts'
import type { Occupant, Room } from './room.ts'

/**
 * - `stopped`: nothing runs; the next claim starts it
 * - `starting`: claims wait
 * - `ready`: claims are given
 * - `down`: it died or did not start; claims are refused until the wait is over
 * - `closed`: for good
 */
export type AppState = 'stopped' | 'starting' | 'ready' | 'down' | 'closed'

/** An instance held for one request. */
export interface Claim {
  readonly instance: Instance
  readonly release: () => void
}

/** Starts one more instance of an app. @throws {InstanceError} where it did not come up */
export type StartInstance = (
  app: AppConfig,
  generation: number,
  signal: AbortSignal,
) => Promise<Instance>

export interface SupervisionOptions {
  /** All in milliseconds. */
  readonly startTimeout: number
  readonly restartDelay: number
  readonly maxRestartDelay: number
  readonly drainTimeout: number
  /** Requests that may wait for a start. */
  readonly maxQueue: number
}

export interface SupervisedAppParts {
  readonly start: StartInstance
  readonly options: SupervisionOptions
  readonly room: Room
  readonly logger: Logger
}

interface Running {
  readonly instance: Instance
  readonly claims: Claims
}

/** Keeps one app running: starts it, gives its instance out, restarts it when it dies, replaces it when its config changes. */
export class SupervisedApp implements Occupant {
  config: AppConfig
  readonly #start: StartInstance
  readonly #options: SupervisionOptions
  readonly #room: Room
  readonly #logger: Logger
  readonly #backoff: Backoff
  readonly #draining = new Set<Promise<void>>()
  #state: AppState = 'stopped'
  #current: Running | undefined
  #starting: Promise<void> | undefined
  #abort: AbortController | undefined
  #restart: NodeJS.Timeout | undefined
  #idle: NodeJS.Timeout | undefined
  #waiting = 0
  #generation = 0

  constructor(config: AppConfig, { start, options, room, logger }: SupervisedAppParts) {
    this.config = config
    this.#start = start
    this.#options = options
    this.#room = room
    this.#logger = logger
    this.#backoff = new Backoff(options.restartDelay, options.maxRestartDelay)
  }

  get state(): AppState {
    return this.#state
  }

  /**
   * Takes the instance for one request. Choosing it and counting the request happen in one tick.
   * @throws {RequestError} 503 where the app is down or too many wait for it, 504 where it does not start in time
   */
  claim(): Claim | Promise<Claim> {
    if (this.#current !== undefined) return this.#take(this.#current)
    return this.#claimLater()
  }

  /** Starts the app where it is not running. Never rejects: a failure is logged, and tried again at the next claim. */
  async warm(): Promise<void> {
    const due =
      this.#state === 'stopped' || (this.#state === 'down' && this.#backoff.remaining() === 0)
    if (due && !this.#room.isFull) await this.#startOnce().catch(() => {})
  }

  /** Takes over a config that does not concern what runs. */
  adjust(config: AppConfig): void {
    this.config = config
    this.#watchIdle()
  }

  idleSince(): number | undefined {
    return this.#starting === undefined ? this.#current?.claims.idleSince : undefined
  }

  /** Ends the instance, which no request holds; the next claim starts another one. */
  stop(): void {
    const running = this.#current
    if (running === undefined) return
    this.#current = undefined
    this.#transition('stopped')
    void this.#drain(running).then(() => this.#room.leave(this))
  }

  /** Replaces the running instance by one with the new config; the old one serves until the new one is ready. */
  async replace(config: AppConfig): Promise<void> {
    this.config = config
    await this.#starting?.catch(() => {})
    const old = this.#current
    if (this.#state !== 'ready' || old === undefined) {
      this.#backoff.reset()
      if (this.#state === 'down') this.#transition('stopped')
      return
    }
    // Two development servers cannot share a folder (`.next/dev/lock`): there the old one goes first.
    if (config.next.dev) {
      this.#current = undefined
      this.#transition('stopped')
      await this.#drain(old)
      this.#room.leave(this)
      return
    }
    await this.#startOnce(old).catch(() => {})
  }

  /** Ends the app after what is in flight, by force after `timeout` milliseconds. */
  async close(timeout: number): Promise<void> {
    this.#transition('closed')
    clearTimeout(this.#restart)
    clearTimeout(this.#idle)
    this.#abort?.abort()
    const running = this.#current
    this.#current = undefined
    if (running !== undefined) void this.#drain(running, timeout)
    await this.#starting?.catch(() => {})
    await Promise.all(this.#draining)
    this.#room.leave(this)
  }

  #take(running: Running): Claim {
    return { instance: running.instance, release: running.claims.take() }
  }

  async #claimLater(): Promise<Claim> {
    if (this.#state === 'closed') throw new RequestError('SHUTTING_DOWN', 503, { retryAfter: 1 })
    const wait = this.#backoff.remaining()
    if (this.#state === 'down' && wait > 0) throw unavailable(wait)
    if (this.#waiting >= this.#options.maxQueue) throw unavailable(1000)
    this.#waiting++
    try {
      await this.#startOnce()
    } finally {
      this.#waiting--
    }
    // No await between the check and the count.
    if (this.#current === undefined) throw unavailable(this.#backoff.remaining())
    return this.#take(this.#current)
  }

  #startOnce(replaced?: Running): Promise<void> {
    this.#starting ??= this.#startNow(replaced).finally(() => (this.#starting = undefined))
    return this.#starting
  }

  async #startNow(replaced: Running | undefined): Promise<void> {
    const generation = ++this.#generation
    const startedAt = performance.now()
    if (replaced === undefined) this.#transition('starting')
    const abort = new AbortController()
    this.#abort = abort
    let late = false
    const timer = setTimeout(() => {
      late = true
      abort.abort()
    }, this.#options.startTimeout)
    try {
      if (replaced === undefined) await this.#room.enter(this, abort.signal)
      const instance = await this.#start(this.config, generation, abort.signal)
      this.#adopt({ instance, claims: new Claims(() => this.#room.becameIdle()) }, replaced)
      const ms = Math.round(performance.now() - startedAt)
      this.#logger.info(
        { event: 'app.ready', app: this.config.id, instance: instance.name, ms },
        'app is ready',
      )
    } catch (error) {
      this.#failed(error, replaced)
      throw late
        ? new RequestError('APP_TIMEOUT', 504, { cause: error })
        : unavailable(this.#backoff.remaining(), error)
    } finally {
      clearTimeout(timer)
    }
  }

  #adopt(running: Running, replaced: Running | undefined): void {
    void running.instance.ended.then((end) => this.#onEnd(running, end))
    void running.instance.outgrown?.then(() => this.#onOutgrown(running))
    if (this.#state === 'closed') {
      void this.#drain(running)
      return
    }
    this.#current = running
    this.#transition('ready')
    this.#watchIdle()
    if (replaced !== undefined) void this.#drain(replaced)
  }

  #failed(error: unknown, replaced: Running | undefined): void {
    if (this.#state === 'closed') return
    const message = error instanceof Error ? error.message : String(error)
    const kept = replaced !== undefined && this.#current === replaced
    this.#logger.error(
      { event: 'app.failed', app: this.config.id, err: { message } },
      kept ? 'app did not start, the old instance goes on serving' : 'app did not start',
    )
    if (kept) return
    this.#backoff.fail()
    this.#goDown()
  }

  #onEnd(running: Running, { expected, reason }: InstanceEnd): void {
    if (expected) return
    const { name } = running.instance
    this.#logger.error(
      { event: 'app.died', app: this.config.id, instance: name, reason },
      'app died',
    )
    if (this.#current !== running) return
    this.#current = undefined
    this.#backoff.fail(running.claims.startedAt)
    this.#goDown()
  }

  #onOutgrown(running: Running): void {
    if (this.#current !== running || this.#starting !== undefined) return
    const { name } = running.instance
    this.#logger.warn(
      { event: 'app.outgrown', app: this.config.id, instance: name },
      'app has more memory than it may: it is replaced',
    )
    void this.#startOnce(running).catch(() => {})
  }

  /** In production the app comes back by itself; in development the next request starts it. */
  #goDown(): void {
    this.#transition('down')
    this.#room.leave(this)
    if (this.config.next.dev || this.#state === 'closed') return
    clearTimeout(this.#restart)
    this.#restart = setTimeout(() => void this.warm(), Math.ceil(this.#backoff.remaining()) + 1)
  }

  /** Stops the app when nothing has held it for as long as its config says. */
  #watchIdle(): void {
    clearTimeout(this.#idle)
    const { stopAfter } = this.config.idle
    const claims = this.#current?.claims
    if (stopAfter === undefined || claims === undefined) return
    const { idleSince = performance.now() } = claims
    const rest = idleSince + stopAfter - performance.now()
    if (rest <= 0 && this.idleSince() !== undefined) this.#room.dismiss(this)
    else this.#idle = setTimeout(() => this.#watchIdle(), Math.max(1, Math.ceil(rest))).unref()
  }

  #drain({ instance, claims }: Running, timeout = this.#options.drainTimeout): Promise<void> {
    const until = performance.now() + timeout
    const drained = claims
      .drained(timeout)
      .then(() => instance.close(Math.max(500, until - performance.now())))
      .then(() => void this.#draining.delete(drained))
    this.#draining.add(drained)
    return drained
  }

  #transition(to: AppState): void {
    if (this.#state === to || this.#state === 'closed') return
    this.#logger.debug(
      { event: 'app.state', app: this.config.id, from: this.#state, to },
      'app state',
    )
    this.#state = to
  }
}

function unavailable(waitMs: number, cause?: unknown): RequestError {
  const retryAfter = Math.max(1, Math.ceil(waitMs / 1000))
  return new RequestError('APP_UNAVAILABLE', 503, { retryAfter, cause })
}
