import type { AppConfig } from '../config/config.ts'
import type { Instance, InstanceEnd } from '../instances/instance.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Backoff } from './backoff.ts'
import { Claims } from './claims.ts'
import { Draining } from './draining.ts'
import type { Starts } from './starts.ts'

/** An instance held for one request. */
export interface Claim {
  readonly instance: Instance
  readonly release: () => void
}

/** An instance, and the requests that hold it. */
export interface Running {
  readonly instance: Instance
  readonly claims: Claims
}

export interface PoolParts {
  readonly config: AppConfig
  readonly starts: Starts
  readonly backoff: Backoff
  /** Milliseconds. */
  readonly drainTimeout: number
  readonly logger: Logger
  /** Called when an instance has nothing in flight any more, each time. */
  readonly onIdle: () => void
  readonly onDeath: (reason: string) => void
  /** Called when the last instance is gone that was not told to go. */
  readonly onEmpty: () => void
}

/** The instances of one app that run one config, kept at the number that there shall be. */
export class Pool {
  readonly config: AppConfig
  readonly draining: Draining = new Draining()
  readonly #parts: PoolParts
  readonly #running: Running[] = []
  #turn = 0
  #refill: NodeJS.Timeout | undefined
  #isFilling = false
  #isClosed = false

  constructor(parts: PoolParts) {
    this.config = parts.config
    this.#parts = parts
  }

  get running(): readonly Running[] {
    return this.#running
  }

  /** `performance.now()` since when nothing is in flight; undefined where something is. */
  get idleSince(): number | undefined {
    let since = 0
    for (const { claims } of this.#running) {
      if (claims.idleSince === undefined) return undefined
      since = Math.max(since, claims.idleSince)
    }
    return since
  }

  /**
   * Chooses the instance with the fewest requests in flight and counts the request, in one tick. Those that are level take
   * turns.
   */
  claim(): Claim | undefined {
    const running = this.#running
    this.#turn = (this.#turn + 1) % running.length || 0
    let least = running[this.#turn]
    for (const each of running) {
      if (least !== undefined && each.claims.held < least.claims.held) least = each
    }
    return least && { instance: least.instance, release: least.claims.take() }
  }

  /** Starts one instance. @param before waited for first */
  async startOne(before?: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const startedAt = performance.now()
    this.#add(await this.#parts.starts.one(this.config, before), startedAt)
  }

  /** Starts as many as there shall be. @param before waited for first. @throws the first failure; then none of them runs */
  async startAll(before?: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const startOne = async (): Promise<void> => {
      const startedAt = performance.now()
      this.#add(await this.#parts.starts.healthy(this.config, before), startedAt)
    }
    const results = await Promise.allSettled(
      Array.from({ length: this.config.instances }, startOne),
    )
    const failed = results.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  /** Starts those that are missing, one after the other. */
  async fill(): Promise<void> {
    if (this.#isFilling || this.#isFull) return
    this.#isFilling = true
    const { backoff, logger } = this.#parts
    try {
      await this.startOne()
    } catch (error) {
      const { message } = error as Error
      logger.error(
        { event: 'app.failed', app: this.config.id, err: { message } },
        'an instance did not start',
      )
      backoff.fail()
    }
    this.#isFilling = false
    this.#fillLater()
  }

  /** Ends all of them after what they have in flight, by force after `timeout` milliseconds. */
  async close(timeout: number = this.#parts.drainTimeout): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#refill)
    for (const running of this.#running.splice(0)) void this.draining.drain(running, timeout)
    await this.draining.done()
  }

  get #isFull(): boolean {
    return this.#isClosed || this.#running.length >= this.config.instances
  }

  #add(instance: Instance, startedAt: number): void {
    const running = { instance, claims: new Claims(this.#parts.onIdle) }
    const { id, release } = this.config
    const ms = Math.round(performance.now() - startedAt)
    const fields = {
      event: 'app.ready',
      app: id,
      instance: instance.name,
      release: release?.id,
      ms,
    }
    this.#parts.logger.info(fields, 'app is ready')
    void instance.ended.then((end) => this.#onEnd(running, end))
    void instance.outgrown?.then(() => this.#onOutgrown(running))
    if (this.#isClosed) void this.draining.drain(running, this.#parts.drainTimeout)
    else this.#running.push(running)
  }

  #onEnd(running: Running, { expected, reason }: InstanceEnd): void {
    if (expected) return
    const { logger, backoff, onDeath, onEmpty } = this.#parts
    const { name } = running.instance
    logger.error({ event: 'app.died', app: this.config.id, instance: name, reason }, 'app died')
    onDeath(reason)
    if (!this.#remove(running)) return
    backoff.fail(running.claims.startedAt)
    if (this.#running.length === 0) onEmpty()
    else this.#fillLater()
  }

  /** The one that has too much memory serves until another one stands beside it. */
  async #onOutgrown(running: Running): Promise<void> {
    if (!this.#running.includes(running)) return
    const { logger, drainTimeout } = this.#parts
    const fields = { event: 'app.outgrown', app: this.config.id, instance: running.instance.name }
    logger.warn(fields, 'app has more memory than it may: it is replaced')
    try {
      await this.startOne()
    } catch (error) {
      logger.error({ ...fields, event: 'app.failed', err: error }, 'it could not be replaced')
      return
    }
    if (this.#remove(running)) void this.draining.drain(running, drainTimeout)
  }

  #remove(running: Running): boolean {
    const index = this.#running.indexOf(running)
    if (index >= 0) this.#running.splice(index, 1)
    return index >= 0
  }

  #fillLater(): void {
    if (this.#isFull) return
    clearTimeout(this.#refill)
    const wait = Math.ceil(this.#parts.backoff.remaining()) + 1
    this.#refill = setTimeout(() => void this.fill(), wait)
  }
}
