// What `writeHead`, `write` and `end` of Node.js take: nearly every argument may be left out.

import type { OutgoingHttpHeaders } from 'node:http'
import { fieldOf, moveToEnd } from './header-list.ts'

/** What is written, and who is told that it has gone out. */
type Body = [
  chunk: string | Uint8Array | undefined,
  encoding: BufferEncoding | undefined,
  done: (() => void) | undefined,
]

/** The arguments of `write` and `end`. */
export function bodyOf(args: readonly unknown[]): Body {
  const done = args.find((each) => typeof each === 'function') as (() => void) | undefined
  const [chunk, encoding] = args
  const isBody = typeof chunk === 'string' || chunk instanceof Uint8Array
  return [
    isBody ? chunk : undefined,
    typeof encoding === 'string' ? (encoding as BufferEncoding) : undefined,
    done,
  ]
}

/** The headers among the arguments of `writeHead(status, message?, headers?)`. */
export function lastOf(
  args: readonly unknown[],
): readonly unknown[] | OutgoingHttpHeaders | undefined {
  const last = args.at(-1)
  return typeof last === 'object' && last !== null ? (last as OutgoingHttpHeaders) : undefined
}

/** A list of name, value, name, value. */
export function isStrings(headers: unknown): headers is readonly string[] {
  return Array.isArray(headers) && typeof headers[0] === 'string'
}

export function putLast(args: unknown[], headers: object): void {
  while (args.length > 1 && args.at(-1) === undefined) args.pop()
  if (lastOf(args) === undefined) args.push(headers)
  else args[args.length - 1] = headers
}

/**
 * Of a list with `Content-Disposition`: where it knows the length already, Node.js reads that field's bytes as UTF-8
 * (`lib/_http_outgoing.js`, `processHeader`).
 */
export function putLengthLast(args: unknown[]): void {
  const headers = lastOf(args)
  if (!isStrings(headers) || fieldOf(headers, 'content-disposition') === undefined) return
  const list = [...headers]
  moveToEnd(list, 'content-length')
  putLast(args, list)
}
