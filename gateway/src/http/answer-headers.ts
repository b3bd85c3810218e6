import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http'

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

/**
 * Applies the policy to a response whose head is about to be written.
 * @param headers the last argument of `writeHead`, where it has headers
 * @returns what to write in their place
 */
export function applyPolicy(
  { names, set }: HeaderPolicy,
  res: ServerResponse,
  headers: readonly unknown[] | OutgoingHttpHeaders | undefined,
): readonly unknown[] | OutgoingHttpHeaders {
  for (const name of names) res.removeHeader(name)
  if (Array.isArray(headers)) {
    // Node.js takes a list of pairs as well.
    const flat: unknown[] = Array.isArray(headers[0]) ? headers.flat() : headers
    const kept: unknown[] = []
    for (let i = 0; i < flat.length; i += 2) {
      if (!names.has(String(flat[i]).toLowerCase())) kept.push(flat[i], flat[i + 1])
    }
    kept.push(...set)
    return kept
  }
  const kept: Record<string, OutgoingHttpHeader | undefined> = {}
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (!names.has(name.toLowerCase())) kept[name] = value as OutgoingHttpHeader
  }
  for (let i = 0; i < set.length; i += 2) kept[set[i] as string] = set[i + 1]
  return kept
}
