import { randomUUID } from 'node:crypto'
import type { AppConfig, Config } from './config/config.ts'
import { createConfigCache } from './config/cache.ts'
import { loadConfig } from './config/load.ts'
import { watchConfig, type ConfigWatch } from './config/watch.ts'
import { ConfigError, RequestError } from './errors.ts'
import { createTrustCheck, type TrustCheck } from './http/trust.ts'
import { Starter } from './instances/starter.ts'
import type { StartInstance } from './lifecycle/supervised-app.ts'
import { Supervisor } from './lifecycle/supervisor.ts'
import { Listener } from './listener/listener.ts'
import { renderRawError } from './pipeline/error-page.ts'
import { createPipeline } from './pipeline/pipeline.ts'
import type { Logger } from './telemetry/logger.ts'
import { Directory } from './tenants/directory.ts'
import { HostTable } from './tenants/host-table.ts'

export interface GatewayOptions {
  readonly configDir: string
  readonly mode: 'development' | 'production'
  readonly logger: Logger
  /** Environment of the gateway; children get a few harmless variables of it. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Win over `listen` of the config. */
  readonly host?: string | undefined
  readonly port?: number | undefined
}

/** What tests put in the place of the real parts. */
export interface GatewayOverrides {
  readonly startInstance?: StartInstance
  /** false: changes of config files are not picked up by themselves. */
  readonly watch?: boolean
  /** Names of compartment patches that are left out, to prove that each is needed. */
  readonly withoutPatches?: ReadonlySet<string>
}

interface ConfigSource {
  load(): Promise<Config>
  /** Files outside of the config folder that the last load read. */
  otherFiles(): readonly string[]
}

/** What one config decides for requests; a reload replaces it as a whole. */
interface Current {
  readonly config: Config
  readonly directory: Directory
  readonly trust: TrustCheck
}

/**
 * Loads the config and composes the gateway.
 * @throws {ConfigError} with every issue; then nothing was started
 */
export async function createGateway(
  options: GatewayOptions,
  overrides: GatewayOverrides = {},
): Promise<Gateway> {
  const cache = createConfigCache()
  const source: ConfigSource = {
    load: () =>
      loadConfig(options.configDir, {
        mode: options.mode,
        requireBuilds: overrides.startInstance === undefined,
        cache,
      }),
    otherFiles: () => cache.envFiles,
  }
  return Gateway.create(await source.load(), source, options, overrides)
}

/** A running gateway: the listener in front, the supervisor behind, and the config that joins them. */
export class Gateway {
  readonly #options: GatewayOptions
  readonly #overrides: GatewayOverrides
  readonly #source: ConfigSource
  readonly #listener: Listener
  readonly #supervisor: Supervisor
  readonly #starter: Starter
  #current: Current
  #watch: ConfigWatch | undefined
  #reloading: Promise<unknown> = Promise.resolve()
  #closing: Promise<void> | undefined
  #port = 0

  /** Use `createGateway`. */
  static async create(
    config: Config,
    source: ConfigSource,
    options: GatewayOptions,
    overrides: GatewayOverrides,
  ): Promise<Gateway> {
    let gateway: Gateway | undefined
    const starter = await Starter.create({
      env: options.env,
      dev: options.mode === 'development',
      withoutPatches: overrides.withoutPatches ?? new Set(),
      port: () => gateway?.port ?? 0,
      maxHeaderSize: config.gateway.listen.maxHeaderSize,
      unresponsiveAfter: config.gateway.instances.unresponsiveAfter,
      logger: options.logger,
    })
    gateway = new Gateway(config, source, options, overrides, starter)
    return gateway
  }

  private constructor(
    config: Config,
    source: ConfigSource,
    options: GatewayOptions,
    overrides: GatewayOverrides,
    starter: Starter,
  ) {
    const { logger } = options
    this.#options = options
    this.#overrides = overrides
    this.#source = source
    this.#current = toCurrent(config)
    this.#starter = starter
    this.#supervisor = new Supervisor({
      startInstance: overrides.startInstance ?? ((...start) => starter.start(...start)),
      options: { ...config.gateway.instances, drainTimeout: config.gateway.shutdownTimeout },
      maxRunning: config.gateway.instances.maxRunning ?? Infinity,
      logger,
    })
    this.#supervisor.apply(config.apps)
    const pipeline = createPipeline({
      directory: () => this.#current.directory,
      trust: () => this.#current.trust,
      claim: (app) => this.#supervisor.claim(app),
      logger,
    })
    this.#listener = new Listener(
      {
        ...config.gateway.listen,
        host: options.host ?? config.gateway.listen.host,
        port: options.port ?? config.gateway.listen.port,
      },
      {
        ...pipeline,
        malformed: (error) => renderRawError(malformed(error), randomUUID()),
        connect: () => renderRawError(new RequestError('METHOD_NOT_ALLOWED', 405), randomUUID()),
      },
    )
  }

  get config(): Config {
    return this.#current.config
  }

  get directory(): Directory {
    return this.#current.directory
  }

  /** The port that is listened on; 0 before the start. */
  get port(): number {
    return this.#port
  }

  /** Listens, and starts the apps: all of them in production, each at its first request in development. */
  async start(): Promise<void> {
    const { port } = await this.#listener.listen()
    this.#port = port
    if (this.#overrides.watch !== false) {
      this.#watch = watchConfig(this.#options.configDir, async () => void (await this.reload()))
      this.#watch.watchFiles(this.#source.otherFiles())
    }
    void this.#supervisor.warm(eagerApps(this.config))
  }

  /**
   * Reads the config again and makes it live as a whole. With issues, the old one stays and they are logged.
   * @returns whether the new config is live
   */
  async reload(): Promise<boolean> {
    const reloaded = this.#reloading.then(() => this.#reloadNow())
    this.#reloading = reloaded.catch(() => {})
    return reloaded
  }

  /**
   * Takes no new connections, lets requests in flight end and closes the apps, within `shutdownTimeout`.
   * Calling it again waits for the same end.
   */
  close(): Promise<void> {
    this.#closing ??= this.#closeNow()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #reloadNow(): Promise<boolean> {
    const { logger } = this.#options
    let config: Config
    try {
      config = await this.#source.load()
      this.#watch?.watchFiles(this.#source.otherFiles())
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      logger.error(
        { event: 'config.refused', issues: error.issues.length },
        `config not changed, the old one goes on:\n${error.message}`,
      )
      return false
    }
    const before = this.config
    this.#supervisor.apply(config.apps)
    this.#current = toCurrent(config)
    void this.#supervisor.warm(eagerApps(config))
    logger.info(
      { event: 'config.reloaded', tenants: config.tenants.length, apps: config.apps.size },
      'config reloaded',
    )
    for (const key of needingRestart(before, config)) {
      logger.warn(
        { event: 'config.restart-needed', key },
        `${key} changed: it acts after a restart`,
      )
    }
    return true
  }

  async #closeNow(): Promise<void> {
    const until = performance.now() + this.config.gateway.shutdownTimeout
    const remaining = (): number => Math.max(500, until - performance.now())
    const drained = this.#listener.drain(remaining())
    await this.#watch?.close()
    await drained
    await this.#supervisor.close(remaining())
    await this.#starter.close()
  }
}

function toCurrent(config: Config): Current {
  const table = new HostTable(config.tenants, config.gateway.defaultTenant)
  return {
    config,
    directory: new Directory(table, config.gateway.directory),
    trust: createTrustCheck(config.gateway.trustedProxies),
  }
}

function eagerApps(config: Config): string[] {
  return [...config.apps.values()].filter(isEager).map((app) => app.id)
}

function isEager({ start, next }: AppConfig): boolean {
  return start === 'eager' && !next.dev
}

/** Settings that are taken once, when the gateway is made. */
function needingRestart(before: Config, after: Config): string[] {
  const keys = ['listen', 'instances', 'shutdownTimeout', 'log'] as const
  return keys.filter(
    (key) => JSON.stringify(before.gateway[key]) !== JSON.stringify(after.gateway[key]),
  )
}

function malformed(error: NodeJS.ErrnoException): RequestError {
  if (error.code === 'HPE_HEADER_OVERFLOW') return new RequestError('HEADERS_TOO_LARGE', 431)
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return new RequestError('REQUEST_TIMEOUT', 408)
  return new RequestError('BAD_REQUEST', 400)
}
