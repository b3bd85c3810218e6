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

/** What the commands may ask of a running gateway. `POST /v1/apps/<id>/{restart,stop}`, `POST /v1/stop` */
export interface ControlActions {
  status(): GatewayStatus
  reload(dryRun: boolean): Promise<ReloadReport>
  /** @returns undefined where there is no such app */
  restart(app: string): Promise<AppStatus | undefined>
  stop(app: string): Promise<AppStatus | undefined>
  /** Ends the gateway as a signal does. */
  close(): void
}

/** An answer that says why not. */
export interface Refusal {
  readonly error: string
}
