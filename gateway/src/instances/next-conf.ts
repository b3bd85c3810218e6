import type { NextAppConfig } from '../config/config.ts'

/** The overrides of `next.conf`. */
export type Conf = NonNullable<NextAppConfig['next']['conf']>

/** Merges the overrides into a config of Next.js; objects such as `images` are merged key by key. */
export function mergeConf(
  config: Readonly<Record<string, unknown>>,
  conf: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged = { ...config }
  for (const [key, value] of Object.entries(conf)) {
    const before = config[key]
    Reflect.set(merged, key, isObject(value) && isObject(before) ? { ...before, ...value } : value)
  }
  return merged
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
