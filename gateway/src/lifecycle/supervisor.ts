import type { AppConfig } from '../config/config.ts'
import { mapLimited } from '../config/map-limited.ts'
import { RequestError } from '../errors.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { AppStatus } from './app-status.ts'
import { concernsInstances } from './config-diff.ts'
import type { Claim } from './pool.ts'
import { Room } from './room.ts'
import type { HealthCheck, StartInstance } from './starts.ts'
import { SupervisedApp, type SupervisionOptions } from './supervised-app.ts'

export interface SupervisorParts {
  readonly startInstance: StartInstance
  readonly check: HealthCheck
  readonly options: SupervisionOptions
  /** How many apps may run at once. */
  readonly maxRunning: number
  readonly logger: Logger
}

/** Apps that start at once; more would only slow each other down. */
const STARTS_AT_ONCE = 4

/** All apps of the gateway, by id. */
export class Supervisor {
  readonly #parts: SupervisorParts
  readonly #apps = new Map<string, SupervisedApp>()
  readonly #leaving = new Set<Promise<void>>()
  readonly #replacing = new Set<Promise<unknown>>()
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
   * Makes the apps those of the config: new ones are added, gone ones drained and closed, changed ones replaced, a few at a
   * time. What did not change is not touched. The map itself changes in this tick; what is returned settles when the
   * changed ones are replaced, or will not be.
   */
  apply(configs: ReadonlyMap<string, AppConfig>): Promise<unknown> {
    const changed: SupervisedApp[] = []
    for (const [id, app] of this.#apps) {
      if (!configs.has(id)) {
        this.#apps.delete(id)
        this.#leave(app.close(this.#parts.options.drainTimeout))
      }
    }
    for (const [id, config] of configs) {
      const app = this.#apps.get(id)
      if (app === undefined) {
        const { startInstance: start, check, options, logger } = this.#parts
        const parts = { start, check, options, room: this.#room, logger }
        this.#apps.set(id, new SupervisedApp(config, parts))
      } else if (concernsInstances(app.config, config)) {
        app.want(config)
        changed.push(app)
      } else app.adjust(config)
    }
    const replaced = mapLimited(changed, STARTS_AT_ONCE, (app) => app.replace())
    this.#replacing.add(replaced)
    void replaced.finally(() => this.#replacing.delete(replaced))
    return replaced
  }

  /** Starts those of the apps that are eager and not running, a few at a time. Never rejects. */
  async warm(ids: readonly string[]): Promise<void> {
    const eager = ids.map((id) => this.#apps.get(id)).filter((app) => app?.isEager)
    await mapLimited(eager, STARTS_AT_ONCE, async (app) => app?.warm())
  }

  status(): AppStatus[] {
    return [...this.#apps.values()].map((app) => app.status)
  }

  /** The app of this id, where there is one. */
  app(id: string): SupervisedApp | undefined {
    return this.#apps.get(id)
  }

  /** Settles when no app is being replaced any more. */
  async decided(): Promise<void> {
    await Promise.all(this.#replacing)
  }

  /** Closes every app, by force after `timeout` milliseconds; settles when all are gone. */
  async close(timeout: number): Promise<void> {
    await Promise.all([...this.#apps.values()].map((app) => app.close(timeout)))
    await Promise.all([...this.#leaving, ...this.#replacing])
  }

  #leave(leaving: Promise<void>): void {
    this.#leaving.add(leaving)
    void leaving.finally(() => this.#leaving.delete(leaving))
  }
}
