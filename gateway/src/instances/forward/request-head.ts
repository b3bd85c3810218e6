import type { IncomingMessage } from 'node:http'
import { hasBody } from '../../http/body.ts'
import { isWritable } from '../../http/writable.ts'
import type { ForwardTarget } from './target.ts'

/** Methods whose requests need not say that they have no body (RFC 9110 §8.6). */
const BODILESS = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT'])

/** What would end a request line, or part it. */
// oxlint-disable-next-line no-control-regex
const UNWRITABLE_PATH = /[^\x21-\xff]/

/**
 * The head of the request as the target gets it, in latin1: the client's, but for what the target's config says.
 * @throws {TypeError} where something stands in it that must not; the parser has let no such thing in
 */
export function requestHead(req: IncomingMessage, { toPath, headers: own }: ForwardTarget): string {
  const { method = 'GET', headers, url = '/' } = req
  const path = toPath === undefined ? url : toPath(url)
  if (UNWRITABLE_PATH.test(path)) throw new TypeError('a path that cannot be sent')
  let head = `${method} ${path} HTTP/1.1\r\n`
  for (const name in headers) {
    const value = own !== undefined && Object.hasOwn(own, name) ? own[name] : headers[name]
    if (typeof value === 'string') head += line(name, value)
    else if (value !== undefined) for (const each of value) head += line(name, each)
  }
  if (!BODILESS.has(method) && !hasBody(req) && headers['content-length'] === undefined) {
    head += 'content-length: 0\r\n'
  }
  return `${head}connection: keep-alive\r\n\r\n`
}

function line(name: string, value: string): string {
  if (!isWritable(value)) throw new TypeError(`a header ${name} that cannot be sent`)
  return `${name}: ${value}\r\n`
}
