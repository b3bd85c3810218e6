import { isDeepStrictEqual } from 'node:util'
import type { AppConfig, Config } from '../config/config.ts'

/** What a reload of the config changes; ids, and keys of gateway.yaml. */
export interface ConfigDiff {
  readonly tenants: Changes
  readonly apps: Changes & {
    /** Of those that changed: they get new instances. */
    readonly replaced: readonly string[]
  }
  readonly gateway: readonly string[]
  /** Of those keys: they act after a restart of the gateway. */
  readonly needingRestart: readonly string[]
}

export interface Changes {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly string[]
}

/** Keys of gateway.yaml that are taken once, when the gateway is made. */
const TAKEN_ONCE = new Set(['listen', 'instances', 'control', 'shutdownTimeout', 'log', 'files'])

export function diffConfigs(before: Config, after: Config): ConfigDiff {
  const apps = changes(before.apps, after.apps)
  const keys = Object.keys(after.gateway) as (keyof Config['gateway'])[]
  const gateway = keys.filter((key) => !isDeepStrictEqual(before.gateway[key], after.gateway[key]))
  const replaced = apps.changed.filter((id) => {
    const [old, next] = [before.apps.get(id), after.apps.get(id)]
    return old !== undefined && next !== undefined && concernsInstances(old, next)
  })
  return {
    tenants: changes(byId(before.tenants), byId(after.tenants)),
    apps: { ...apps, replaced },
    gateway,
    needingRestart: gateway.filter((key) => TAKEN_ONCE.has(key)),
  }
}

/** Whether the change asks for other instances; when to start, to stop and to ask for health, and what is cached, does not. */
export function concernsInstances(before: AppConfig, after: AppConfig): boolean {
  if (after.kind === 'upstream') {
    const { cache, compression } = after
    return !isDeepStrictEqual({ ...before, cache, compression }, after)
  }
  const { start, idle, health, cache, compression } = after
  return !isDeepStrictEqual({ ...before, start, idle, health, cache, compression }, after)
}

function byId<T extends { readonly id: string }>(all: readonly T[]): Map<string, T> {
  return new Map(all.map((each) => [each.id, each]))
}

function changes<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): Changes {
  const ids = [...after.keys()]
  return {
    added: ids.filter((id) => !before.has(id)),
    removed: [...before.keys()].filter((id) => !after.has(id)),
    changed: ids.filter(
      (id) => before.has(id) && !isDeepStrictEqual(before.get(id), after.get(id)),
    ),
  }
}
