import { diffConfigs, type ConfigDiff } from './lifecycle/config-diff.ts'
import type { Supervisor } from './lifecycle/supervisor.ts'
import type { LiveConfig } from './live-config.ts'
import type { Sites } from './releases/sites.ts'
import type { Logger } from './telemetry/logger.ts'

/** A reload that was made, or why it was not. */
export interface Reloaded {
  readonly refused?: string
  readonly diff?: ConfigDiff
  /** Settles when the changed apps are replaced, or will not be. */
  readonly settled?: Promise<unknown>
}

/** Makes changes of the config live, one reload after the other, each as a whole or not at all. */
export class Reloads {
  readonly #live: LiveConfig
  readonly #supervisor: Supervisor
  readonly #sites: Sites
  readonly #logger: Logger
  #last: Promise<unknown> = Promise.resolve()

  constructor(live: LiveConfig, supervisor: Supervisor, sites: Sites, logger: Logger) {
    this.#live = live
    this.#supervisor = supervisor
    this.#sites = sites
    this.#logger = logger
  }

  /** Reads the config again and makes it live. With issues, the old one stays and they are logged. */
  reload(): Promise<Reloaded> {
    return this.#inTurn(() => this.#reloadNow())
  }

  /** What a reload would change. */
  plan(): Promise<Reloaded> {
    return this.#inTurn(async () => {
      const loaded = await this.#live.load()
      if ('refused' in loaded) return { refused: loaded.refused }
      return { diff: diffConfigs(this.#live.current.config, loaded.config) }
    })
  }

  #inTurn(work: () => Promise<Reloaded>): Promise<Reloaded> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => {})
    return done
  }

  async #reloadNow(): Promise<Reloaded> {
    const loaded = await this.#live.load()
    if ('refused' in loaded) {
      const { refused, issues } = loaded
      const text = `config not changed, the old one goes on:\n${refused}`
      this.#logger.error({ event: 'config.refused', issues }, text)
      return { refused }
    }
    const { config } = loaded
    await this.#sites.load(config.apps.values())
    const diff = diffConfigs(this.#live.current.config, config)
    const replaced = this.#supervisor.apply(config.apps)
    this.#live.swap(config)
    const started = this.#supervisor.warm(diff.apps.added)
    const fields = { tenants: config.tenants.length, apps: config.apps.size }
    this.#logger.info({ event: 'config.reloaded', ...fields }, 'config reloaded')
    for (const key of diff.needingRestart) {
      const text = `${key} changed: it acts after a restart`
      this.#logger.warn({ event: 'config.restart-needed', key }, text)
    }
    return { diff, settled: Promise.all([replaced, started]) }
  }
}
