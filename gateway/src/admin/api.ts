import type { AppStatus } from '../lifecycle/app-status.ts'
import type { ConfigDiff } from '../lifecycle/config-diff.ts'

// What goes over the control socket, as JSON: version 1. All paths begin with /v1.

/** `GET /v1/status` */
export interface GatewayStatus {
  /** Of the package. */
  readonly version: string
  readonly pid: number
  readonly mode: 'development' | 'production'
  readonly config: string
  readonly port: number
  /** Milliseconds. */
  readonly uptime: number
  readonly apps: readonly (AppStatus & { readonly tenants: readonly string[] })[]
}

/** `POST /v1/reload`, and with `?dryRun` only the first two: settles when every changed app is replaced, or is not. */
export interface ReloadReport {
  /** What is wrong with the config; then nothing changed. */
  readonly refused?: string
  readonly diff?: ConfigDiff
  readonly status?: GatewayStatus
}

/** What is purged of a tenant's answers; exactly one of them. */
export type PurgeRequest =
  | { readonly path: string }
  | { readonly tag: string }
  | { readonly all: true }

/** `POST /v1/tenants/<id>/purge?path=…`, `?tag=…` or `?all` */
export interface PurgeReport {
  /** How many answers were dropped from the cache. */
  readonly entries: number
}

/** What the commands may ask of a running gateway. `POST /v1/apps/<id>/{restart,stop}`, `POST /v1/stop` */
export interface ControlActions {
  status(): GatewayStatus
  reload(dryRun: boolean): Promise<ReloadReport>
  /** @returns undefined where there is no such app */
  restart(app: string): Promise<AppStatus | undefined>
  stop(app: string): Promise<AppStatus | undefined>
  /** @returns undefined where there is no such tenant */
  purge(tenant: string, what: PurgeRequest): PurgeReport | undefined
  /** Ends the gateway as a signal does. */
  close(): void
}

/** An answer that says why not. */
export interface Refusal {
  readonly error: string
}
