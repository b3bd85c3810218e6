import type { AppFile, GatewayFile, TenantFile } from './schema.ts'
import type { HostPattern } from './host-pattern.ts'
import type { Release } from './release.ts'

/** One tenant as configured and checked. */
export interface TenantConfig {
  readonly id: string
  readonly app: string
  readonly hosts: readonly HostRule[]
  readonly props: TenantFile['props']
  /** 0: served. 404 or 503: every request is answered with this status. */
  readonly suspended: 0 | 404 | 503
  /** Headers of the app's answers: name → value, null to remove. */
  readonly headers: TenantFile['headers']
  readonly webSockets: TenantFile['webSockets']
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
export interface AppConfig {
  readonly id: string
  /** Real path of the Next.js project folder. */
  readonly dir: string
  /** What is served in production; none in development, or where none was asked for. */
  readonly release: Release | undefined
  readonly runtime: AppFile['runtime']
  readonly instances: AppFile['instances']
  /** Variables of `envFile` and `env`, merged. */
  readonly env: Readonly<Record<string, string>>
  readonly start: AppFile['start']
  readonly idle: AppFile['idle']
  readonly memory: AppFile['memory']
  readonly health: AppFile['health']
  readonly acceptAdvisories: readonly string[]
  readonly next: AppFile['next'] & { readonly dev: boolean }
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
