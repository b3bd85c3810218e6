import { isAlias, isMap, isScalar, isSeq, type Document, type Node, type YAMLError } from 'yaml'

/** What is wrong in a document, and the offset in its text. */
export interface DocumentProblem {
  readonly offset: number
  readonly message: string
}

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype'])

/** Everything that YAML, or the rules of this config on top of YAML, refuse in a document. */
export function findProblems(document: Document.Parsed, maxAliases: number): DocumentProblem[] {
  const errors = [...document.errors, ...document.warnings]
  if (errors.length > 0) {
    return errors.map((error) => ({ offset: error.pos[0], message: explain(error) }))
  }
  const walk: Walk = { maxAliases, aliases: 0, anchors: new Map(), holders: [], problems: [] }
  if (document.directives?.yaml.explicit && document.directives.yaml.version !== '1.2') {
    report(walk, 0, 'is read as YAML 1.2: remove the %YAML line')
  }
  visit(walk, document.contents)
  return walk.problems
}

interface Walk {
  readonly maxAliases: number
  aliases: number
  readonly anchors: Map<string, Node>
  /** From the top down to the node at hand. */
  readonly holders: Node[]
  readonly problems: DocumentProblem[]
}

function visit(walk: Walk, node: Node | null): void {
  if (node === null) return
  const offset = node.range?.[0] ?? 0
  if (isAlias(node)) return checkAlias(walk, node.source, offset)
  if ('anchor' in node && node.anchor !== undefined) walk.anchors.set(node.anchor, node)
  if (isScalar(node)) return checkScalar(walk, node.value, offset)
  walk.holders.push(node)
  if (isSeq<Node | null>(node)) for (const item of node.items) visit(walk, item)
  if (isMap<Node, Node | null>(node)) {
    const seen = new Set<string>()
    for (const { key, value } of node.items) {
      checkKey(walk, key, seen)
      visit(walk, value)
    }
  }
  walk.holders.pop()
}

function checkKey(walk: Walk, key: Node, seen: Set<string>): void {
  const offset = key.range?.[0] ?? 0
  if (!isScalar(key) || typeof key.value !== 'string') {
    return report(walk, offset, 'a key is missing here: write its name before the colon')
  }
  const name = key.value
  if (FORBIDDEN_KEYS.has(name)) report(walk, offset, `the key '${name}' is not allowed: rename it`)
  if (seen.has(name)) report(walk, offset, `the key '${name}' stands here twice: remove one`)
  seen.add(name)
}

function checkAlias(walk: Walk, source: string, offset: number): void {
  walk.aliases += 1
  const target = walk.anchors.get(source)
  if (target === undefined) return report(walk, offset, quoteIt(source))
  if (walk.holders.includes(target)) {
    return report(walk, offset, `the alias '*${source}' stands inside its own anchor: write it out`)
  }
  if (walk.aliases === walk.maxAliases + 1) {
    report(walk, offset, `has more than ${walk.maxAliases} aliases: write them out`)
  }
}

/** The core schema knows numbers that JSON does not. */
function checkScalar(walk: Walk, value: unknown, offset: number): void {
  if (typeof value !== 'number') return
  if (!Number.isFinite(value)) report(walk, offset, 'is not a JSON number: write it in quotes')
  else if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    report(walk, offset, 'is too large for an exact number: write it in quotes')
  }
}

function report(walk: Walk, offset: number, message: string): void {
  walk.problems.push({ offset, message })
}

function explain(error: YAMLError): string {
  switch (error.code) {
    case 'MULTIPLE_DOCS':
      return 'a second document begins here: write one document a file'
    case 'TAG_RESOLVE_FAILED':
      return 'a tag begins here (!), and none is allowed: put text that begins with ! in quotes'
    case 'TAB_AS_INDENT':
      return 'a tab indents this line: use spaces'
    case 'BAD_ALIAS':
      return quoteIt('')
    case 'NON_STRING_KEY':
      return 'a key must be text: write its name, in quotes where it is unusual'
    case 'RESOURCE_EXHAUSTION':
      return 'is nested too deeply'
    default:
      // What yaml quotes of the text may be a secret.
      return error.message.replace(/(?<=\w): .*$/s, '')
  }
}

function quoteIt(alias: string): string {
  const example = /^\*?\./.test(alias) ? `, as in '*${alias}'` : ''
  return `YAML reads a leading * as an alias, and no such anchor stands before it: use quotes${example}`
}
