import { randomUUID } from 'node:crypto'
import type {
  ControlActions,
  GatewayStatus,
  ReloadReport,
  PurgeReport,
  PurgeRequest,
} from './admin/api.ts'
import { Control } from './admin/control.ts'
import { ResponseCache } from './cache/response-cache.ts'
import type { Config } from './config/config.ts'
import { watchConfig, type ConfigWatch } from './config/watch.ts'
import { RequestError } from './errors.ts'
import type { Revalidation } from './instances/revalidation.ts'
import { Starter } from './instances/starter.ts'
import type { AppStatus } from './lifecycle/app-status.ts'
import { concernsInstances } from './lifecycle/config-diff.ts'
import { healthProbe } from './lifecycle/health.ts'
import type { StartInstance } from './lifecycle/starts.ts'
import { Supervisor } from './lifecycle/supervisor.ts'
import { LiveConfig } from './live-config.ts'
import { Listener } from './listener/listener.ts'
import { Refusals } from './listener/refusals.ts'
import { unparsed } from './listener/unparsed.ts'
import { renderRawError } from './pipeline/error-page.ts'
import { Limits } from './pipeline/limits.ts'
import { createPipeline } from './pipeline/pipeline.ts'
import { FileBodies } from './releases/file-bodies.ts'
import { Sites } from './releases/sites.ts'
import { Reloads, type Reloaded } from './reloads.ts'
import type { Logger } from './telemetry/logger.ts'
import { readVersion } from './telemetry/version.ts'
import type { Directory } from './tenants/directory.ts'

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
  /** Told what an app has revalidated, when it is purged. */
  readonly revalidated?: (app: string, what: Revalidation) => void
  /** Told once, when the response cache has stored so much that what it leaves behind counts. */
  readonly cacheIsUsed?: () => void
}

/**
 * Loads the config and composes the gateway.
 * @throws {ConfigError} with every issue; then nothing was started
 */
export async function createGateway(
  options: GatewayOptions,
  overrides: GatewayOverrides = {},
): Promise<Gateway> {
  const live = await LiveConfig.load({
    configDir: options.configDir,
    mode: options.mode,
    requireReleases: overrides.startInstance === undefined,
  })
  return Gateway.create(live, options, overrides)
}

/** A running gateway: the listener in front, the supervisor behind, and the config that joins them. */
export class Gateway {
  readonly #options: GatewayOptions
  readonly #overrides: GatewayOverrides
  readonly #live: LiveConfig
  readonly #reloads: Reloads
  readonly #listener: Listener
  readonly #supervisor: Supervisor
  readonly #cache: ResponseCache
  readonly #starter: Starter
  readonly #limits: Limits
  readonly #bodies: FileBodies
  #watch: ConfigWatch | undefined
  #control: Control | undefined
  #closing: Promise<void> | undefined
  #port = 0
  readonly #startedAt = performance.now()

  /** Use `createGateway`. */
  static async create(
    live: LiveConfig,
    options: GatewayOptions,
    overrides: GatewayOverrides,
  ): Promise<Gateway> {
    let gateway: Gateway | undefined
    const { config } = live.current
    const sites = new Sites(options.logger)
    await sites.load(config.apps.values())
    const starter = await Starter.create({
      env: options.env,
      dev: options.mode === 'development',
      withoutPatches: overrides.withoutPatches ?? new Set(),
      port: () => gateway?.port ?? 0,
      maxHeaderSize: config.gateway.listen.maxHeaderSize,
      unresponsiveAfter: config.gateway.instances.unresponsiveAfter,
      revalidated: (app, what) => {
        if (gateway !== undefined) gateway.#onRevalidated(app, what)
      },
      logger: options.logger,
    })
    if (overrides.startInstance === undefined) starter.prepare(config.apps.values())
    gateway = new Gateway(live, options, overrides, starter, sites)
    return gateway
  }

  private constructor(
    live: LiveConfig,
    options: GatewayOptions,
    overrides: GatewayOverrides,
    starter: Starter,
    sites: Sites,
  ) {
    const { logger } = options
    const { config } = live.current
    this.#options = options
    this.#overrides = overrides
    this.#live = live
    this.#starter = starter
    this.#bodies = new FileBodies(config.gateway.files)
    this.#supervisor = new Supervisor({
      startInstance: overrides.startInstance ?? ((...start) => starter.start(...start)),
      check: (app) => healthProbe(app, this.config.tenants),
      options: config.gateway.instances,
      maxRunning: config.gateway.instances.maxRunning ?? Infinity,
      logger,
    })
    this.#reloads = new Reloads(live, this.#supervisor, sites, logger)
    void this.#supervisor.apply(config.apps)
    this.#limits = new Limits({
      whole: () => live.current.config.gateway.limits,
      takes: (app, protocol) => live.current.takes(app, protocol),
      isDevelopment: options.mode === 'development',
    })
    this.#cache = new ResponseCache({
      app: (id) => this.#supervisor.app(id),
      site: (release) => sites.of(release),
      concernsInstances,
      options: () => this.config.gateway.cache,
      isUsed: overrides.cacheIsUsed,
    })
    const pipeline = createPipeline({
      directory: () => live.current.directory,
      trust: () => live.current.trust,
      compressing: (app) => live.current.compressing(app),
      limits: this.#limits,
      files: {
        bodies: this.#bodies,
        oldFiles: (app) => sites.oldFiles(this.#supervisor.app(app)?.release),
      },
      site: (app) => sites.of(this.#supervisor.app(app)?.release),
      claim: (app) => this.#supervisor.claim(app),
      cache: this.#cache,
      handshakeTimeout: () => live.current.config.gateway.webSockets.handshakeTimeout,
      logger,
    })
    const refusals = new Refusals((limit, count) => {
      const fields = { event: 'connections.refused', limit, count }
      logger.warn(fields, 'connections were refused')
    })
    const unproxied = new Refusals((reason, count, peer) => {
      const fields = { event: 'connection.refused', peer, reason, count }
      logger.warn(fields, 'connections were refused')
    })
    this.#listener = new Listener(
      {
        ...config.gateway.listen,
        host: options.host ?? config.gateway.listen.host,
        port: options.port ?? config.gateway.listen.port,
        limits: () => live.current.config.gateway.limits,
        isProxy: (address) => live.current.trust(address),
      },
      {
        ...pipeline,
        malformed: (error) => renderRawError(unparsed(error), randomUUID()),
        unproxied: (peer, reason) => unproxied.count(reason, peer),
        connect: () => renderRawError(new RequestError('METHOD_NOT_ALLOWED', 405), randomUUID()),
        refused(limit) {
          refusals.count(limit)
          return renderRawError(tooManyConnections(limit), randomUUID())
        },
      },
    )
    this.#listener.bodyTimeout = live.longestBodyTimeout
  }

  get config(): Config {
    return this.#live.current.config
  }

  get directory(): Directory {
    return this.#live.current.directory
  }

  /** What clients hold now of what `limits` bounds. */
  get held(): Limits['inFlight'] & Listener['open'] {
    return { ...this.#limits.inFlight, ...this.#listener.open }
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
      this.#watch.watchFiles(this.#live.otherFiles)
    }
    void this.#supervisor.warm([...this.config.apps.keys()])
  }

  /**
   * Reads the config again and makes it live as a whole. With issues, the old one stays and they are logged.
   * @returns whether the new config is live
   */
  async reload(): Promise<boolean> {
    return (await this.#reload()).refused === undefined
  }

  /** What operators are told. */
  status(): GatewayStatus {
    const tenants = tenantsByApp(this.config)
    return {
      version: readVersion(),
      pid: process.pid,
      mode: this.#options.mode,
      config: this.#options.configDir,
      port: this.#port,
      uptime: Math.round(performance.now() - this.#startedAt),
      apps: this.#supervisor
        .status()
        .map((app) => ({ ...app, tenants: tenants.get(app.app) ?? [] })),
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

  #onRevalidated(app: string, what: Revalidation): void {
    this.#cache.purge(app, what)
    this.#overrides.revalidated?.(app, what)
  }

  async #reload(): Promise<Reloaded> {
    const reloaded = await this.#reloads.reload()
    this.#listener.bodyTimeout = this.#live.longestBodyTimeout
    this.#bodies.retain(this.config.apps)
    this.#watch?.watchFiles(this.#live.otherFiles)
    this.#cache.keepOnly(this.directory.table.tenants, this.config.apps)
    return reloaded
  }

  /** What the control socket may ask for. */
  #actions(stop: () => void): ControlActions {
    const after = async (id: string, act: 'restart' | 'stop'): Promise<AppStatus | undefined> => {
      await this.#supervisor.app(id)?.[act]()
      return this.#supervisor.app(id)?.status
    }
    return {
      status: () => this.status(),
      reload: (dryRun) => (dryRun ? this.#reloads.plan() : this.#reportReload()),
      restart: (id) => after(id, 'restart'),
      stop: (id) => after(id, 'stop'),
      purge: (tenant, what) => this.#purge(tenant, what),
      close: stop,
    }
  }

  #purge(tenant: string, what: PurgeRequest): PurgeReport | undefined {
    if (!this.directory.table.tenants.has(tenant)) return undefined
    const named = {
      ...('path' in what && { paths: [what.path] }),
      ...('tag' in what && { tags: [what.tag] }),
    }
    return { entries: this.#cache.purgeTenant(tenant, named) }
  }

  async #reportReload(): Promise<ReloadReport> {
    const { refused, diff, settled } = await this.#reload()
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
    this.#limits.close()
    await this.#supervisor.close(remaining())
    await this.#starter.close()
  }
}

/** Ids of tenants, by the app that serves them. */
function tenantsByApp({ tenants }: Config): Map<string, string[]> {
  const byApp = new Map<string, string[]>()
  for (const { id, app } of tenants) {
    const ids = byApp.get(app)
    if (ids === undefined) byApp.set(app, [id])
    else ids.push(id)
  }
  return byApp
}

function tooManyConnections(limit: 'connections' | 'connectionsPerClient'): RequestError {
  return limit === 'connections'
    ? new RequestError('OVERLOADED', 503, { retryAfter: 1 })
    : new RequestError('TOO_MANY_REQUESTS', 429, { retryAfter: 1 })
}
