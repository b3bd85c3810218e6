import type { z } from 'zod'

type Issue = z.core.$ZodIssue

const NOUNS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
}

/**
 * Says what is wrong, and what to write instead. Values are shown only where their type was right, so that a
 * secret in the wrong place is not.
 * @param write the mend; by default the schema's own message, or else one made from what the schema expects
 */
export function explainIssue(issue: Issue, write: string = mend(issue)): string {
  return issue.code === 'custom' ? issue.message : `${wrong(issue)}: ${write}`
}

/** What to write instead: `write a whole number`. */
export function mend(issue: Issue): string {
  if (issue.message !== '') return issue.message
  switch (issue.code) {
    case 'invalid_type':
      return `write ${expected(issue.expected, issue.input)}`
    case 'invalid_value':
      return `write ${list(issue.values.map(String))}`
    case 'too_small':
      return `write ${issue.origin === 'string' ? 'some text' : `${issue.minimum} or more`}`
    case 'too_big':
      return `write ${issue.maximum} or less`
    default:
      return 'write something else'
  }
}

function wrong(issue: Issue): string {
  const input: unknown = issue.input
  if (input === undefined) return 'is missing'
  if (input === null || input === '' || (Array.isArray(input) && input.length === 0))
    return 'is empty'
  if (issue.code === 'invalid_type') return `${typeName(input)} stands here`
  if (issue.code === 'too_small') return `${show(input)} is too small`
  if (issue.code === 'too_big') return `${show(input)} is too big`
  return typeof input === 'object'
    ? `${typeName(input)} stands here`
    : `${show(input)} does not fit`
}

function expected(type: string, input: unknown): string {
  const noun = NOUNS[type] ?? type
  const isScalar = typeof input === 'number' || typeof input === 'boolean'
  if (type === 'string' && isScalar) return 'text, in quotes'
  return input === null ? `${noun}, or remove the line` : noun
}

function typeName(input: unknown): string {
  if (Array.isArray(input)) return 'a list'
  if (typeof input === 'object') return 'a map of keys'
  if (typeof input === 'string') return 'text'
  return typeof input === 'number' ? 'a number' : 'true or false'
}

function show(input: unknown): string {
  const text = String(input)
  return typeof input === 'string' ? quote(text) : text
}

/** Text of the config, short and without control characters, fit for a terminal. */
export function quote(text: string): string {
  const plain = text.replace(/\p{C}/gu, '\ufffd')
  return `'${plain.length > 60 ? `${plain.slice(0, 60)}…` : plain}'`
}

/** `a, b or c`. */
export function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
