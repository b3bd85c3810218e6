import type { AppConfig } from '../config/config.ts'
import { InstanceError, RequestError } from '../errors.ts'
import type { Instance } from '../instances/instance.ts'
import type { Probe } from '../instances/probe.ts'

/** Starts one more instance of an app. @throws {InstanceError} where it did not come up */
export type StartInstance = (
  app: AppConfig,
  generation: number,
  signal: AbortSignal,
) => Promise<Instance>

/** The question whether an instance of the app works; none where nothing is to be asked. */
export type HealthCheck = (app: AppConfig) => Probe | undefined

/** A status from here on says that the instance does not work. */
const UNHEALTHY = 500

/** Starts the instances of one app, numbered, each within the time that it may take. */
export class Starts {
  readonly #start: StartInstance
  readonly #check: HealthCheck
  readonly #timeout: number
  readonly #aborts = new Set<AbortController>()
  #generation = 0

  /** @param timeout milliseconds */
  constructor(start: StartInstance, check: HealthCheck, timeout: number) {
    this.#start = start
    this.#check = check
    this.#timeout = timeout
  }

  /**
   * @param before waited for first, within the same time
   * @throws {RequestError} 504 where it took too long
   */
  async one(config: AppConfig, before?: (signal: AbortSignal) => Promise<void>): Promise<Instance> {
    const abort = new AbortController()
    this.#aborts.add(abort)
    let late = false
    const timer = setTimeout(() => {
      late = true
      abort.abort()
    }, this.#timeout)
    try {
      await before?.(abort.signal)
      return await this.#start(config, ++this.#generation, abort.signal)
    } catch (error) {
      throw late ? new RequestError('APP_TIMEOUT', 504, { cause: error }) : error
    } finally {
      clearTimeout(timer)
      this.#aborts.delete(abort)
    }
  }

  /** Starts one that answers its health path, as it is to take over from one that serves. */
  async healthy(...[config, before]: Parameters<Starts['one']>): Promise<Instance> {
    const instance = await this.one(config, before)
    const probe = this.#check(config)
    try {
      const status = probe === undefined ? 200 : await instance.probe(probe)
      if (status < UNHEALTHY) return instance
      throw new InstanceError(
        `${instance.name} answers its health path ${probe?.path} with ${status}`,
      )
    } catch (error) {
      await instance.close(0)
      throw error
    }
  }

  /** Gives up every start that is under way. */
  abort(): void {
    for (const abort of this.#aborts) abort.abort()
  }
}
