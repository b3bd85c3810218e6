import type { OutgoingHttpHeader, OutgoingHttpHeaders } from 'node:http'

/** What is done to the headers of an answer; worked out once, when the config is loaded. */
export interface HeaderRules {
  /** Set instead of what the app says: name, value, name, value. */
  readonly set: readonly string[]
  /** Names in lower case that the app's answer loses: those that are set, and those that are removed. */
  readonly names: ReadonlySet<string>
  /** By length of a name: 1 where one of the names is that long. */
  readonly lengths: Uint8Array
}

/** Headers as `writeHead` takes them: an object, or name, value, name, value. */
export type AnswerHeaders = OutgoingHttpHeaders | OutgoingHttpHeader[]

const MAX_NAME = 256

/**
 * @param headers name → value, or null to remove what the app says
 * @returns undefined where there is nothing to do
 */
export function compileHeaderRules(
  headers: Readonly<Record<string, string | null>>,
): HeaderRules | undefined {
  const names = new Set<string>()
  const set: string[] = []
  const lengths = new Uint8Array(MAX_NAME)
  for (const [name, value] of Object.entries(headers)) {
    names.add(name.toLowerCase())
    lengths[name.length] = 1
    if (value !== null) set.push(name, value)
  }
  return names.size === 0 ? undefined : { set, names, lengths }
}

/** Whether the rules set or remove the header; most names are told by their length. */
export function concerns(rules: HeaderRules, name: string): boolean {
  return rules.lengths[name.length] === 1 && rules.names.has(name.toLowerCase())
}

/** The headers of an answer under the rules; what is given is not changed. */
export function withRules(rules: HeaderRules, headers: AnswerHeaders): AnswerHeaders {
  if (!Array.isArray(headers)) return recordWithRules(rules, headers)
  // Node.js takes a list of pairs too.
  return listWithRules(rules, Array.isArray(headers[0]) ? headers.flat() : headers)
}

/** The same for name, value, name, value. */
export function listWithRules<T>(rules: HeaderRules, list: T[]): (T | string)[] {
  if (
    rules.set.length === 0 &&
    !list.some((name, i) => i % 2 === 0 && concerns(rules, String(name)))
  )
    return list
  const kept: (T | string)[] = []
  for (let i = 0; i < list.length; i += 2) {
    if (!concerns(rules, String(list[i]))) kept.push(list[i] as T, list[i + 1] as T)
  }
  for (const text of rules.set) kept.push(text)
  return kept
}

function recordWithRules(rules: HeaderRules, record: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const kept: OutgoingHttpHeaders = {}
  for (const name of Object.keys(record)) {
    if (!concerns(rules, name)) kept[name] = record[name]
  }
  for (let i = 0; i < rules.set.length; i += 2) kept[rules.set[i] as string] = rules.set[i + 1]
  return kept
}
