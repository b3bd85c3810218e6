import { isDeepStrictEqual } from 'node:util'
import type { AppConfig } from '../config/config.ts'
import { RequestError } from '../errors.ts'
import type { Logger } from '../telemetry/logger.ts'
import { Room } from './room.ts'
import {
  SupervisedApp,
  type Claim,
  type StartInstance,
  type SupervisionOptions,
} from './supervised-app.ts'

export interface SupervisorParts {
  readonly startInstance: StartInstance
  readonly options: SupervisionOptions
  /** How many apps may run at once. */
  readonly maxRunning: number
  readonly logger: Logger
}

/** Apps that start at once; more would only slow each other down. */
const WARM_AT_ONCE = 4

/** All apps of the gateway, by id. */
export class Supervisor {
  readonly #parts: SupervisorParts
  readonly #apps = new Map<string, SupervisedApp>()
  readonly #leaving = new Set<Promise<void>>()
  readonly #room: Room

  constructor(parts: SupervisorParts) {
    this.#parts = parts
    this.#room = new Room(parts.maxRunning)
  }

  /** Takes an instance of the app for one request. */
  claim(id: string): Claim | Promise<Claim> {
    const app = this.#apps.get(id)
    if (app === undefined) throw new RequestError('APP_UNAVAILABLE', 503, { retryAfter: 1 })
    return app.claim()
  }

  /**
   * Makes the apps those of the config: new ones are added, gone ones drained and closed, changed ones replaced.
   * What did not change is not touched. The map itself changes in this tick.
   */
  apply(configs: ReadonlyMap<string, AppConfig>): void {
    for (const [id, app] of this.#apps) {
      if (!configs.has(id)) {
        this.#apps.delete(id)
        this.#leave(app.close(this.#parts.options.drainTimeout))
      }
    }
    for (const [id, config] of configs) {
      const app = this.#apps.get(id)
      if (app === undefined) {
        const { startInstance: start, options, logger } = this.#parts
        const parts = { start, options, room: this.#room, logger }
        this.#apps.set(id, new SupervisedApp(config, parts))
      } else if (concernsInstance(app.config, config)) this.#leave(app.replace(config))
      else app.adjust(config)
    }
  }

  /** Starts the apps that are not running, a few at a time. Never rejects. */
  async warm(ids: readonly string[]): Promise<void> {
    const queue = [...ids]
    const worker = async (): Promise<void> => {
      for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
        await this.#apps.get(id)?.warm()
      }
    }
    await Promise.all(Array.from({ length: WARM_AT_ONCE }, worker))
  }

  /** Closes every app, by force after `timeout` milliseconds; settles when all are gone. */
  async close(timeout: number): Promise<void> {
    await Promise.all([...this.#apps.values()].map((app) => app.close(timeout)))
    await Promise.all(this.#leaving)
  }

  #leave(leaving: Promise<void>): void {
    this.#leaving.add(leaving)
    void leaving.finally(() => this.#leaving.delete(leaving))
  }
}

/** Whether the change asks for another instance; when to start and to stop does not. */
function concernsInstance(before: AppConfig, after: AppConfig): boolean {
  return !isDeepStrictEqual({ ...before, start: after.start, idle: after.idle }, after)
}
