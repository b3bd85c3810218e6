import type { AppConfig } from '../config/config.ts'
import type { Instance } from '../instances/instance.ts'
import type { AppState } from './app-state.ts'
import type { Running } from './pool.ts'

/** What operators are told of an app. */
export interface AppStatus {
  readonly app: string
  readonly state: AppState
  readonly runtime: AppConfig['runtime']
  /** Id of the release that is served, or would be at the next start. */
  readonly release: string | undefined
  readonly instances: readonly InstanceStatus[]
  /** Instances that died. */
  readonly deaths: number
  /** Why it is down, or why what is wanted is not what is served. */
  readonly failure: string | undefined
  /** `ready > down` → times. */
  readonly transitions: Readonly<Record<string, number>>
}

export interface InstanceStatus {
  readonly name: string
  /** Of its process, where it has one. */
  readonly pid: number | undefined
  readonly release: string | undefined
  /** It takes no more requests, and ends after those in flight. */
  readonly isDraining: boolean
  readonly inFlight: number
  /** Resident memory in bytes. */
  readonly rss: number | undefined
  /** The servers of an upstream, and how each does. */
  readonly targets?: Instance['targets']
  /** Milliseconds since it came up. */
  readonly uptime: number
}

export function instanceStatus(
  running: Running,
  release: string | undefined,
  isDraining: boolean,
): InstanceStatus {
  const { instance, claims } = running
  return {
    name: instance.name,
    pid: instance.pid,
    release,
    isDraining,
    inFlight: claims.held,
    rss: instance.rss,
    ...(instance.targets && { targets: instance.targets }),
    uptime: Math.round(performance.now() - claims.startedAt),
  }
}
