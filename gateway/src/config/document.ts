import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  YAMLParseError,
  type CST,
  type Document,
  type Node,
  type ParsedNode,
} from 'yaml'
import { findProblems } from './document-problems.ts'

/** Place of a value in a document: keys and indexes from the top. */
export type Path = readonly (string | number)[]

/** Line and column, each from 1. */
interface Position {
  readonly line: number
  readonly column: number
}

/** What is wrong in a text, where. */
interface Problem extends Position {
  readonly message: string
}

/** A text that was read as YAML 1.2 (core schema), of which JSON is a part. */
export interface ConfigDocument {
  /** Plain JSON; undefined where there are problems. An empty document is an empty map. */
  readonly value: unknown
  readonly problems: readonly Problem[]
  /** Position of the value at a path, or of its key; of the nearest holder where nothing is there. */
  at(path: Path, where?: 'key' | 'value'): Position
}

const MAX_DEPTH = 64
const MAX_PROBLEMS = 10
const MAX_ALIASES = 100
const TOO_MANY_ALIASES = { offset: 0, message: 'its aliases expand to too much: write them out' }

/** Reads one YAML or JSON document, with limits on depth and aliases, so that no text can take the process down. */
export function parseDocument(text: string): ConfigDocument {
  const lines = new LineCounter()
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  const tokens = parseTokens(text, lines)
  if (typeof tokens === 'number') {
    const problem = {
      ...at(tokens),
      message: `is nested too deeply: stay below ${MAX_DEPTH} levels`,
    }
    return { value: undefined, problems: [problem], at: () => at(0) }
  }
  const document = compose(tokens, text.length)
  const found = findProblems(document, MAX_ALIASES)
  const value = found.length > 0 ? undefined : toValue(document)
  if (found.length === 0 && value === undefined) found.push(TOO_MANY_ALIASES)
  return {
    value,
    problems: found
      .slice(0, MAX_PROBLEMS)
      .map((one) => ({ ...at(one.offset), message: one.message })),
    at: (path, where = 'value') => at(offsetOf(document, path, where)),
  }
}

/** Deep nesting must be found before the composer, whose recursion would exhaust the stack. */
function parseTokens(text: string, lines: LineCounter): CST.Token[] | number {
  lines.addNewLine(0)
  const parser = new Parser(lines.addNewLine)
  const tokens: CST.Token[] = []
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token)
    if (parser.stack.length > MAX_DEPTH) return parser.offset
  }
  return [...tokens, ...parser.end()]
}

function compose(tokens: CST.Token[], length: number): Document.Parsed {
  const composer = new Composer({
    schema: 'core',
    resolveKnownTags: false,
    strict: true,
    stringKeys: true,
    uniqueKeys: false,
  })
  const [first, second] = composer.compose(tokens, true, length)
  if (first === undefined) throw new Error('composing with forceDoc gave no document')
  if (second !== undefined) {
    first.errors.push(new YAMLParseError([second.range[0], second.range[1]], 'MULTIPLE_DOCS', ''))
  }
  return first
}

function toValue(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES }) ?? {}
  } catch (error) {
    if (error instanceof ReferenceError) return undefined
    throw error
  }
}

function offsetOf(document: Document.Parsed, path: Path, where: 'key' | 'value'): number {
  let node: Node | null = document.contents
  let offset = start(node) ?? 0
  for (const [depth, step] of path.entries()) {
    const found = child(isAlias(node) ? node.resolve(document) : node, step)
    if (found === undefined) break
    node = found.value
    const wantsValue = where === 'value' && depth === path.length - 1 && !isEmpty(node)
    offset = (wantsValue ? undefined : found.key) ?? start(node) ?? offset
  }
  return offset
}

function child(
  holder: Node | null | undefined,
  step: string | number,
): { key?: number | undefined; value: Node | null } | undefined {
  if (isSeq<Node>(holder)) {
    const value = holder.items[Number(step)]
    return value === undefined ? undefined : { value }
  }
  if (!isMap<ParsedNode, ParsedNode | null>(holder)) return undefined
  const pair = holder.items.find(({ key }) => isScalar(key) && key.value === String(step))
  return pair && { key: start(pair.key), value: pair.value }
}

function start(node: Node | null): number | undefined {
  return node?.range?.[0]
}

function isEmpty(node: Node | null): boolean {
  return node === null || node.range?.[0] === node.range?.[1]
}
