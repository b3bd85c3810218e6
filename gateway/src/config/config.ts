import type { GatewayFile, NextFile, TenantFile } from './schema.ts'
import type { HostPattern } from './host-pattern.ts'
import type { OwnLimits } from './limits-schema.ts'
import type { Release } from './release.ts'
import type { UpstreamFile } from './upstream-schema.ts'

/** One tenant as configured and checked. */
export interface TenantConfig {
  readonly id: string
  readonly app: string
  readonly hosts: readonly HostRule[]
  readonly props: TenantFile['props']
  readonly headers: TenantFile['headers']
  /** Origins whose WebSockets are taken, beside those of its hosts. */
  readonly webSocketOrigins: readonly string[]
  /** 0: served. 404 or 503: every request is answered with this status. */
  readonly suspended: 0 | 404 | 503
  /** What it sets of its limits; none where it sets nothing. */
  readonly limits?: OwnLimits
  readonly cache: TenantFile['cache']
  /** File that it came from, relative to the project root. */
  readonly file: string
}

/** One host of a tenant. */
export interface HostRule {
  readonly pattern: HostPattern
  /** Set where the host is an alias: the canonical host to send visitors to. */
  readonly redirect?: { readonly to: string; readonly status: 301 | 302 | 307 | 308 }
  /** Line in the tenant's file, from 1. */
  readonly line: number
}

/** One app as configured and checked. */
export type AppConfig = NextAppConfig | UpstreamAppConfig

/** A Next.js project. */
export interface NextAppConfig {
  readonly kind: 'next'
  readonly id: string
  /** Real path of the Next.js project folder. */
  readonly dir: string
  /** What is served in production; none in development, or where none was asked for. */
  readonly release: Release | undefined
  readonly runtime: NextFile['runtime']
  readonly instances: NextFile['instances']
  /** Variables of `envFile` and `env`, merged. */
  readonly env: Readonly<Record<string, string>>
  readonly start: NextFile['start']
  readonly idle: NextFile['idle']
  readonly memory: NextFile['memory']
  readonly health: NextFile['health']
  readonly cache: NextFile['cache']
  readonly compression: boolean
  readonly acceptAdvisories: readonly string[]
  readonly next: NextFile['next'] & { readonly dev: boolean }
}

/** Servers that run elsewhere. For the lifecycle it is an app with one instance that starts with the gateway. */
export interface UpstreamAppConfig extends Omit<
  UpstreamFile,
  '$schema' | 'targets' | 'tls' | 'upgrades'
> {
  readonly id: string
  readonly runtime: 'upstream'
  readonly release: undefined
  readonly instances: 1
  readonly start: 'eager'
  readonly idle: { readonly stopAfter?: undefined }
  readonly targets: readonly TargetConfig[]
  readonly tls: TlsConfig
  readonly upgrades: readonly string[]
}

/** One server of an upstream app. */
export interface TargetConfig {
  /** As config names it, and logs: `http://10.0.0.1:8080`, `unix:/run/api.sock`. */
  readonly name: string
  readonly weight: number
  /** What is connected to. */
  readonly endpoint: Endpoint
  /** `host[:port]`, as the target names itself; `localhost` for a Unix socket. */
  readonly authority: string
}

/** Where a server listens. */
export type Endpoint =
  | { readonly socketPath: string }
  | { readonly protocol: 'http:' | 'https:'; readonly host: string; readonly port: number }

/** How https targets are spoken to: the texts of PEM files. */
export interface TlsConfig {
  readonly ca: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
  readonly serverName: string | undefined
}

/** Whether the app runs in development mode, where nothing starts by itself and one instance must do. */
export function isDevelopment(app: AppConfig): boolean {
  return app.kind === 'next' && app.next.dev
}

/** The whole configuration: immutable, replaced as one on a reload. */
export interface Config {
  /** Folder that holds the config folder; paths in config are relative to it. */
  readonly root: string
  readonly dir: string
  readonly gateway: Omit<GatewayFile, '$schema'>
  readonly tenants: readonly TenantConfig[]
  readonly apps: ReadonlyMap<string, AppConfig>
}
