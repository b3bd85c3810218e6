import { randomUUID } from 'node:crypto'
import type { ControlActions, GatewayStatus, ReloadReport } from './admin/api.ts'
import { Control } from './admin/control.ts'
import type { AppConfig, Config } from './config/config.ts'
import { createConfigCache } from './config/cache.ts'
import { loadConfig } from './config/load.ts'
import { watchConfig, type ConfigWatch } from './config/watch.ts'
import { ConfigError, RequestError } from './errors.ts'
import { createTrustCheck, type TrustCheck } from './http/trust.ts'
import { Starter } from './instances/starter.ts'
import { diffConfigs, type ConfigDiff } from './lifecycle/config-diff.ts'
import type { AppStatus } from './lifecycle/app-status.ts'
import { healthProbe } from './lifecycle/health.ts'
import { ReleaseAssets } from './lifecycle/release-assets.ts'
import type { StartInstance } from './lifecycle/starts.ts'
import { Supervisor } from './lifecycle/supervisor.ts'
import { Listener } from './listener/listener.ts'
import { renderRawError } from './pipeline/error-page.ts'
import { createPipeline } from './pipeline/pipeline.ts'
import type { Logger } from './telemetry/logger.ts'
import { readVersion } from './telemetry/version.ts'
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
  /** Where the commands reach it: the path of a Unix socket. Default: nowhere. */
  readonly control?: { readonly socket: string; readonly stop: () => void } | undefined
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

/** A reload that was made; `settled` when the changed apps are replaced, or will not be. */
interface Reloaded {
  readonly refused?: string
  readonly diff?: ConfigDiff
  readonly settled?: Promise<unknown>
}

/** What one config decides for requests; a reload replaces it as a whole. */
interface Current {
  readonly config: Config
  readonly directory: Directory
  readonly trust: TrustCheck
  readonly assets: ReleaseAssets
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
        requireReleases: overrides.startInstance === undefined,
        cache,
      }),
    otherFiles: () => cache.otherFiles,
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
  #control: Control | undefined
  #reloading: Promise<unknown> = Promise.resolve()
  #closing: Promise<void> | undefined
  #port = 0
  readonly #startedAt = performance.now()

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
      check: (app) => healthProbe(app, this.config.tenants),
      options: config.gateway.instances,
      maxRunning: config.gateway.instances.maxRunning ?? Infinity,
      logger,
    })
    void this.#supervisor.apply(config.apps)
    const pipeline = createPipeline({
      directory: () => this.#current.directory,
      trust: () => this.#current.trust,
      assets: () => this.#current.assets,
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

  /**
   * Listens, and starts the apps: the eager ones in production, each at its first request in development.
   * @throws {CommandError} where another gateway answers on the control socket
   */
  async start(): Promise<void> {
    const { control } = this.#options
    if (control !== undefined) {
      this.#control = await Control.open(control.socket, this.#actions(control.stop))
    }
    const { port } = await this.#listener.listen()
    this.#port = port
    if (this.#overrides.watch !== false) {
      this.#watch = watchConfig(this.#options.configDir, async () => void (await this.reload()))
      this.#watch.watchFiles(this.#source.otherFiles())
    }
    void this.#supervisor.warm(eagerApps(this.config, [...this.config.apps.keys()]))
  }

  /**
   * Reads the config again and makes it live as a whole. With issues, the old one stays and they are logged.
   * @returns whether the new config is live
   */
  async reload(): Promise<boolean> {
    return (await this.#reloadInTurn()).refused === undefined
  }

  /** What operators are told. */
  status(): GatewayStatus {
    const { config } = this.#current
    return {
      version: readVersion(),
      pid: process.pid,
      mode: this.#options.mode,
      config: this.#options.configDir,
      port: this.#port,
      uptime: Math.round(performance.now() - this.#startedAt),
      apps: this.#supervisor
        .status()
        .map((app) => ({ ...app, tenants: tenantsOf(app.app, config) })),
    }
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

  #reloadInTurn(): Promise<Reloaded> {
    const reloaded = this.#reloading.then(() => this.#reloadNow())
    this.#reloading = reloaded.catch(() => {})
    return reloaded
  }

  async #reloadNow(): Promise<Reloaded> {
    const { logger } = this.#options
    const loaded = await this.#load()
    if ('refused' in loaded) {
      const { refused, issues } = loaded
      const text = `config not changed, the old one goes on:\n${refused}`
      logger.error({ event: 'config.refused', issues }, text)
      return { refused }
    }
    const { config } = loaded
    this.#watch?.watchFiles(this.#source.otherFiles())
    const diff = diffConfigs(this.config, config)
    const replaced = this.#supervisor.apply(config.apps)
    this.#current = toCurrent(config)
    const started = this.#supervisor.warm(eagerApps(config, diff.apps.added))
    const fields = { tenants: config.tenants.length, apps: config.apps.size }
    logger.info({ event: 'config.reloaded', ...fields }, 'config reloaded')
    for (const key of diff.needingRestart) {
      logger.warn(
        { event: 'config.restart-needed', key },
        `${key} changed: it acts after a restart`,
      )
    }
    return { diff, settled: Promise.all([replaced, started]) }
  }

  async #load(): Promise<{ config: Config } | { refused: string; issues: number }> {
    try {
      return { config: await this.#source.load() }
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      return { refused: error.message, issues: error.issues.length }
    }
  }

  /** What the control socket may ask for. */
  #actions(stop: () => void): ControlActions {
    const after = async (id: string, act: 'restart' | 'stop'): Promise<AppStatus | undefined> => {
      await this.#supervisor.app(id)?.[act]()
      return this.#supervisor.app(id)?.status
    }
    return {
      status: () => this.status(),
      reload: (dryRun) => (dryRun ? this.#planReload() : this.#reportReload()),
      restart: (id) => after(id, 'restart'),
      stop: (id) => after(id, 'stop'),
      close: stop,
    }
  }

  async #planReload(): Promise<ReloadReport> {
    await this.#reloading
    const loaded = await this.#load()
    if ('refused' in loaded) return { refused: loaded.refused }
    return { diff: diffConfigs(this.config, loaded.config) }
  }

  async #reportReload(): Promise<ReloadReport> {
    const { refused, diff, settled } = await this.#reloadInTurn()
    if (refused !== undefined) return { refused }
    await settled
    await this.#supervisor.decided()
    return { ...(diff && { diff }), status: this.status() }
  }

  async #closeNow(): Promise<void> {
    const until = performance.now() + this.config.gateway.shutdownTimeout
    const remaining = (): number => Math.max(500, until - performance.now())
    const drained = this.#listener.drain(remaining())
    await this.#control?.close()
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
    assets: new ReleaseAssets(config.apps),
  }
}

/** @param ids of the apps that are looked at */
function eagerApps({ apps }: Config, ids: readonly string[]): string[] {
  return ids.filter((id) => {
    const app = apps.get(id)
    return app !== undefined && isEager(app)
  })
}

function tenantsOf(app: string, { tenants }: Config): string[] {
  return tenants.filter((tenant) => tenant.app === app).map(({ id }) => id)
}

function isEager({ start, next }: AppConfig): boolean {
  return start === 'eager' && !next.dev
}

function malformed(error: NodeJS.ErrnoException): RequestError {
  if (error.code === 'HPE_HEADER_OVERFLOW') return new RequestError('HEADERS_TOO_LARGE', 431)
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return new RequestError('REQUEST_TIMEOUT', 408)
  return new RequestError('BAD_REQUEST', 400)
}
