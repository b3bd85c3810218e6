import type { OutgoingHttpHeader, OutgoingHttpHeaders } from 'node:http'
import { OPT_OUT } from './internal-headers.ts'

/** Headers that config puts into answers, or takes out of them; made once for each tenant. */
export interface HeaderPolicy {
  /** Lower-case names of those that are set and of those that are removed. */
  readonly names: ReadonlySet<string>
  /** Name, value, name, value. */
  readonly set: readonly string[]
}

type Settings = Readonly<Record<string, string | null>>

/** @param settings name → value, or null to remove; later ones win @returns undefined where there is nothing to do */
export function headerPolicy(...settings: readonly Settings[]): HeaderPolicy | undefined {
  const merged = new Map<string, string | null>()
  for (const each of settings) {
    for (const [name, value] of Object.entries(each)) merged.set(name.toLowerCase(), value)
  }
  if (merged.size === 0) return undefined
  const set = [...merged].flatMap(([name, value]) => (value === null ? [] : [name, value]))
  return { names: new Set(merged.keys()), set }
}

const NONE: HeaderPolicy = { names: new Set(), set: [] }
const withoutOptOut = new WeakMap<HeaderPolicy, HeaderPolicy>()

/** @returns the same policy, or that of no config, and the header is taken out with which apps speak to the cache; made once for each */
export function hidingOptOut(policy: HeaderPolicy = NONE): HeaderPolicy {
  let made = withoutOptOut.get(policy)
  if (made === undefined) {
    made = { names: new Set([...policy.names, OPT_OUT]), set: policy.set }
    withoutOptOut.set(policy, made)
  }
  return made
}

/** @param flat name, value, name, value @returns what to write in their place */
export function applyToList<T>({ names, set }: HeaderPolicy, flat: readonly T[]): (T | string)[] {
  const kept: (T | string)[] = []
  for (let i = 0; i < flat.length; i += 2) {
    if (!names.has(String(flat[i]).toLowerCase())) kept.push(flat[i] as T, flat[i + 1] as T)
  }
  kept.push(...set)
  return kept
}

/**
 * @param headers the last argument of `writeHead`, where it has headers
 * @returns what to write in their place
 */
export function applyPolicy(
  policy: HeaderPolicy,
  headers: readonly unknown[] | OutgoingHttpHeaders | undefined,
): readonly unknown[] | OutgoingHttpHeaders {
  if (Array.isArray(headers)) {
    // Node.js takes a list of pairs as well.
    return applyToList<unknown>(policy, Array.isArray(headers[0]) ? headers.flat() : headers)
  }
  const { names, set } = policy
  const kept: Record<string, OutgoingHttpHeader | undefined> = {}
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (!names.has(name.toLowerCase())) kept[name] = value as OutgoingHttpHeader
  }
  for (let i = 0; i < set.length; i += 2) kept[set[i] as string] = set[i + 1]
  return kept
}
