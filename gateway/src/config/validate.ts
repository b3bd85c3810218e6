import { closest, distance } from 'fastest-levenshtein'
import type { z } from 'zod'
import type { Path } from './document.ts'
import { explainIssue, list, mend } from './explain.ts'
import { BUILD_TIME_KEYS } from './next-conf.ts'

/** What is wrong at one place of a document. */
export interface Finding {
  readonly path: Path
  /** Whether the key or its value is to blame. */
  readonly where: 'key' | 'value'
  /** What is wrong, and what to write instead. */
  readonly message: string
}

/** The schema's output, or everything that it refuses. */
export interface Checked<T> {
  readonly value: T | undefined
  readonly findings: readonly Finding[]
}

/** Checks a value against a schema; every finding says what to write instead. */
export function check<T>(schema: z.ZodType<T>, value: unknown): Checked<T> {
  const result = schema.safeParse(value, { error: describe, reportInput: true })
  if (result.success) return { value: result.data, findings: [] }
  return {
    value: undefined,
    findings: result.error.issues.flatMap((issue) => toFindings(issue, [])),
  }
}

/** What is left of a value without what its schema refuses. */
export interface Salvaged<T> {
  readonly value: T
  /** Whether a top-level key, or its absence, is what was meant: not refused, nor absent with an unknown key in its place. */
  readonly isSure: (key: string) => boolean
}

/**
 * The output of a schema after what it refuses is left out: enough to find what else is wrong.
 * @returns undefined where nothing useful is left
 */
export function salvage<T>(
  schema: z.ZodType<T>,
  value: unknown,
  findings: readonly Finding[],
): Salvaged<T> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const rest: object = structuredClone(value)
  for (const { path } of findings) remove(rest, path)
  if (!schema.safeParse(rest).success) {
    for (const { path } of findings) remove(rest, path.slice(0, 1))
  }
  const result = schema.safeParse(rest)
  if (!result.success) return undefined
  const hasUnknown = findings.some(({ path, where }) => path.length === 1 && where === 'key')
  const isSure = (key: string): boolean => key in rest || !(hasUnknown || key in value)
  return { value: result.data, isSure }
}

function remove(value: object, path: Path): void {
  let holder: unknown = value
  for (const step of path.slice(0, -1)) {
    if (typeof holder !== 'object' || holder === null) return
    holder = Reflect.get(holder, step)
  }
  if (typeof holder !== 'object' || holder === null) return
  Reflect.deleteProperty(holder, path.at(-1) ?? '')
}

/** Writes a path the way people do: `hosts[1].redirectTo`. */
export function formatPath(path: Path): string {
  return path
    .map((step) => {
      if (typeof step === 'number') return `[${step}]`
      return /^[\w$-]+$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`
    })
    .join('')
    .replace(/^\./, '')
}

/** The candidate that a person most likely meant, or undefined. */
export function nearMiss(word: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined
  const best = closest(word, candidates)
  const edits = distance(word.toLowerCase(), best.toLowerCase())
  const isSwap = edits === 2 && sortLetters(word) === sortLetters(best)
  return isSwap || edits <= Math.max(1, word.length / 3) ? best : undefined
}

function sortLetters(word: string): string {
  return word.toLowerCase().split('').toSorted().join('')
}

/**
 * Called by zod where the schema has no message of its own. A schema's message is always a mend ("write …");
 * for an unknown key the known ones are handed on, since only zod knows which schema refused it.
 */
function describe(issue: z.core.$ZodRawIssue): string {
  if (issue.code !== 'unrecognized_keys') return ''
  const shape =
    issue.inst !== undefined && 'shape' in issue.inst._zod.def ? issue.inst._zod.def.shape : {}
  return Object.keys(shape as object)
    .filter((key) => key !== '$schema')
    .join(' ')
}

function toFindings(issue: z.core.$ZodIssue, parent: Path): Finding[] {
  const path = [...parent, ...(issue.path as Path)]
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey([...path, key], issue.message.split(' ')))
    case 'invalid_union':
      return unionFindings(issue, path)
    case 'invalid_key':
      return issue.issues.map((one) => ({ path, where: 'key', message: explainIssue(one) }))
    default:
      return [{ path, where: 'value', message: explainIssue(issue) }]
  }
}

function unknownKey(path: Path, known: readonly string[]): Finding {
  const key = String(path.at(-1))
  const guess = nearMiss(key, known)
  const hint =
    guess === undefined ? `, the known keys are ${known.join(', ')}` : `, did you mean '${guess}'?`
  const isBuildTime = formatPath(path.slice(0, -1)) === 'next.conf' && BUILD_TIME_KEYS.includes(key)
  const message = isBuildTime
    ? `'${key}' only counts when the app is built: put it in next.config and build again`
    : `unknown key '${key}'${hint}`
  return { path, where: 'key', message }
}

/** Of the alternatives, the one whose type fits has the helpful issues; where none fits, all are named. */
function unionFindings(issue: z.core.$ZodIssueInvalidUnion, path: Path): Finding[] {
  const fitting = issue.errors.find((issues) => !issues.some(isWrongType))
  if (fitting !== undefined) return fitting.flatMap((one) => toFindings(one, path))
  const mends = issue.errors.flat().map((one) => mend(one).replace(/^write /, ''))
  const write = issue.message || `write ${list([...new Set(mends)])}`
  return [
    { path, where: 'value', message: explainIssue({ ...issue, input: inputOf(issue) }, write) },
  ]
}

/** What stands at the issue's path: where a key tells the alternatives apart, the path leads to it, the input does not. */
function inputOf({ input, discriminator }: z.core.$ZodIssueInvalidUnion): unknown {
  return discriminator === undefined ? input : Reflect.get(Object(input), discriminator)
}

function isWrongType(issue: z.core.$ZodIssue): boolean {
  const isRoot = issue.path.length === 0
  return isRoot && (issue.code === 'invalid_type' || issue.code === 'invalid_value')
}
