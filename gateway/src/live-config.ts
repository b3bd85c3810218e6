import { createConfigCache, type ConfigCache } from './config/cache.ts'
import type { AppConfig, Config } from './config/config.ts'
import { loadConfig } from './config/load.ts'
import { ConfigError } from './errors.ts'
import { createNegotiation } from './http/accept-encoding.ts'
import { createTrustCheck, type TrustCheck } from './http/trust.ts'
import { COMPRESSIONS, STREAMED } from './http/compress.ts'
import type { Compressing } from './pipeline/compression.ts'
import { Directory } from './tenants/directory.ts'
import { HostTable } from './tenants/host-table.ts'

/** What one config decides for requests; a reload replaces it as a whole. */
export interface Current {
  readonly config: Config
  readonly directory: Directory
  readonly trust: TrustCheck
  readonly compressing: (app: string) => Compressing | undefined
  /** Whether an app takes an upgrade to this protocol, in lower case. */
  readonly takes: (app: string, protocol: string) => boolean
}

/** A config that can be used, or what is wrong with it. */
export type Loaded =
  | { readonly config: Config }
  | { readonly refused: string; readonly issues: number }

export interface LiveConfigOptions {
  readonly configDir: string
  readonly mode: 'development' | 'production'
  /** Refuse apps that are to run in production and have no release. */
  readonly requireReleases: boolean
}

/** The config that is in force, and how the next one is read. */
export class LiveConfig {
  readonly #read: () => Promise<Config>
  readonly #cache: ConfigCache
  #current: Current

  /** @throws {ConfigError} with every issue */
  static async load({ configDir, ...options }: LiveConfigOptions): Promise<LiveConfig> {
    const cache = createConfigCache()
    const read = (): Promise<Config> => loadConfig(configDir, { ...options, cache })
    return new LiveConfig(await read(), read, cache)
  }

  private constructor(config: Config, read: () => Promise<Config>, cache: ConfigCache) {
    this.#current = toCurrent(config)
    this.#read = read
    this.#cache = cache
  }

  get current(): Current {
    return this.#current
  }

  /** Milliseconds: the most that any tenant gives to a body. */
  get longestBodyTimeout(): number {
    const { gateway, tenants } = this.#current.config
    const longest = gateway.limits.tenant.bodyTimeout
    return tenants.reduce((most, { limits }) => Math.max(most, limits?.bodyTimeout ?? 0), longest)
  }

  /** Files outside of the config folder that were looked for when it was last read. */
  get otherFiles(): readonly string[] {
    return this.#cache.otherFiles
  }

  /** Reads the config folder; nothing is in force by that. */
  async load(): Promise<Loaded> {
    try {
      return { config: await this.#read() }
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      return { refused: error.message, issues: error.issues.length }
    }
  }

  /** Puts a config into force, in one tick. */
  swap(config: Config): void {
    this.#current = toCurrent(config)
  }
}

function toCurrent(config: Config): Current {
  const { defaultTenant, headers, limits } = config.gateway
  const table = new HostTable(config.tenants, defaultTenant, { headers, limits: limits.tenant })
  return {
    config,
    directory: new Directory(table, config.gateway.directory),
    trust: createTrustCheck(config.gateway.trustedProxies),
    compressing: compressingOf(config),
    takes(id, protocol) {
      const app = config.apps.get(id)
      return app?.kind === 'upstream' ? app.upgrades.includes(protocol) : protocol === 'websocket'
    },
  }
}

/** In development, and where it is told not to, Next.js is left alone. */
function compressingOf({ apps, gateway }: Config): Current['compressing'] {
  const { compression } = gateway
  if (compression === false) return () => undefined
  const made = compression.algorithms.filter((algorithm) => COMPRESSIONS.includes(algorithm))
  const streamed = STREAMED.filter((algorithm) => made.includes(algorithm))
  const compressing = {
    negotiate: createNegotiation(made),
    negotiateStreamed: createNegotiation(streamed),
    minBytes: compression.minBytes,
    isForFetched: false,
  }
  const fetched = { ...compressing, isForFetched: true }
  const compressed = [...apps.values()].filter(isCompressed)
  const byApp = new Map(
    compressed.map((app) => [app.id, app.compression ? compressing : fetched] as const),
  )
  return (app) => byApp.get(app)
}

/** Of an upstream, at the least what the cache asks for: that comes plain, whatever the targets could have made of it. */
function isCompressed(app: AppConfig): boolean {
  if (app.kind === 'upstream') return true
  return app.compression && !app.next.dev && app.next.conf?.compress !== false
}
