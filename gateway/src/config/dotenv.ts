import { refuseVariable } from './variables.ts'

/** What a text in `.env` syntax says, and what is wrong with it. */
export interface EnvText {
  readonly variables: ReadonlyMap<string, string>
  readonly problems: readonly EnvProblem[]
}

/** What is wrong in one line; never with a value, which may be a secret. */
interface EnvProblem {
  /** From 1. */
  readonly line: number
  /** The variable, or empty. */
  readonly name: string
  readonly message: string
}

const MAX_PROBLEMS = 10
const SKIPPED = /[^\S\n]*(?:#[^\n]*)?\n/y
const ASSIGNMENT =
  /[^\S\n]*(?:export[^\S\n]+)?([\w.-]+)[^\S\n]*(?:=|:(?=\s))[^\S\n]*('(?:\\'|[^'])*'|"(?:\\"|[^"])*"|`(?:\\`|[^`])*`|[^#\n]*)[^\S\n]*(?:#[^\n]*)?\n/y

/**
 * Reads `.env` syntax as the dotenv package does, which Next.js uses: quotes may span lines, `\n` and `\r` count in
 * double quotes, `#` begins a comment outside quotes. `$` has no meaning. (Node's own `parseEnv` is not in 20.9.)
 */
export function parseEnvText(source: string): EnvText {
  const text = `${source.replace(/\r\n?/g, '\n')}\n`
  const variables = new Map<string, string>()
  const problems: EnvProblem[] = []
  let offset = 0
  while (offset < text.length && problems.length < MAX_PROBLEMS) {
    const skipped = matchAt(SKIPPED, text, offset)
    const found = skipped ?? matchAt(ASSIGNMENT, text, offset)
    const end = found === undefined ? text.indexOf('\n', offset) + 1 : offset + found[0].length
    if (skipped === undefined) {
      const [, name = '', raw = ''] = found ?? []
      const value = unquote(raw.trim())
      const message = refuse(name, value)
      if (message === undefined) variables.set(name, value ?? '')
      else problems.push({ line: lineOf(text, offset), name, message })
    }
    offset = end
  }
  return { variables, problems }
}

function refuse(name: string, value: string | undefined): string | undefined {
  if (name === '') return 'is not NAME=value: write it so, or remove the line'
  if (value === undefined)
    return 'begins with a quote that does not enclose the value: close it, or remove it'
  return refuseVariable(name, value)
}

function matchAt(pattern: RegExp, text: string, offset: number): RegExpExecArray | undefined {
  pattern.lastIndex = offset
  return pattern.exec(text) ?? undefined
}

function unquote(raw: string): string | undefined {
  const quote = raw[0]
  if (quote !== '"' && quote !== "'" && quote !== '`') return raw
  if (raw.length < 2 || !raw.endsWith(quote)) return undefined
  const inner = raw.slice(1, -1)
  return quote === '"' ? inner.replaceAll('\\n', '\n').replaceAll('\\r', '\r') : inner
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
