import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import type { Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals'
import { connectRaw } from '../support/http.ts'
import { startStubbed, type StubbedGateway, type StubOptions } from '../support/stub-app.ts'

/** One answer as it stood on the wire. */
export interface RawAnswer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** What must stand in no answer of the gateway's own: tenants, apps, the product, places in files. */
const INSIDE = /acme|globex|stub|tenantry|https?:\/\/|node:|\/tmp|\.sock|\.[jt]s\b|\n\s+at /i

/** Paths that climb, hide a slash or end early. */
export const ODD_PATHS: readonly string[] = [
  '/../package.json',
  '/../../config/tenants/globex.yaml',
  '/..%2f..%2fpackage.json',
  '/..%5c..%5cpackage.json',
  '/..\\..\\package.json',
  '/%2e%2e/%2e%2e/package.json',
  '/.%2e/.%2e/package.json',
  '/%252e%252e/package.json',
  '/_next/static/../../BUILD_ID',
  '/_next/static/..%2f..%2fBUILD_ID',
  '/_next/static/%2e%2e/%2e%2e/BUILD_ID',
  '/_next/static/..%5c..%5cBUILD_ID',
  '/_next/static/..\\..\\BUILD_ID',
  '/_next/static/chunks/../../../server/app-paths-manifest.json',
  '/_next/static//../../BUILD_ID',
  '/_next/BUILD_ID',
  '/_next/../BUILD_ID',
  '/_next/server/app-paths-manifest.json',
  '/.next/BUILD_ID',
  '/.tenantry/current/.next/BUILD_ID',
  '/package.json',
  '/package.json%00.png',
  '/%00',
  '/a%00b',
  '/.env',
  '/%2e%65nv',
  '//etc/passwd',
  '/%2fetc/passwd',
  '///../../../../etc/passwd',
  '/file:///etc/passwd',
  '/;/../package.json',
  '/%c0%ae%c0%ae/package.json',
  '/%ff',
  '/%',
  '/%zz',
]

/** Milliseconds after which a connection counts as kept open. */
const PATIENCE = 30_000

const REQUEST_ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

/** A gateway for a whole file; what its app has seen is forgotten before each test. */
export function sharedStub(
  handler: RequestListener,
  options?: StubOptions,
): { readonly current: StubbedGateway } {
  const shared = {} as { current: StubbedGateway }
  beforeAll(async () => {
    shared.current = await startStubbed(handler, options)
  })
  beforeEach(() => void shared.current.seen.splice(0))
  afterAll(() => shared.current[Symbol.asyncDispose]() as Promise<void>)
  return shared
}

/** Reads the text of one answer. */
export function parseAnswer(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n')
  const [first = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  return {
    status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]),
    headers: new Map(headers),
    body: text.slice(end + 4),
  }
}

/**
 * Sends the bytes and returns the one answer, which is the gateway's own: it closes the connection, the app saw
 * nothing, and there is no word of the inside in it.
 */
export async function refusal(stub: StubbedGateway, bytes: string): Promise<RawAnswer> {
  const { socket, closed } = await collectRaw(stub.port)
  let isKeptOpen = false
  const timer = setTimeout(() => {
    isKeptOpen = true
    socket.destroy()
  }, PATIENCE)
  socket.write(bytes, 'latin1')
  const text = await closed.finally(() => clearTimeout(timer))
  expect(isKeptOpen).toBe(false)
  const answer = parseAnswer(text)
  expect(answer.headers.get('connection')).toBe('close')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.get('x-request-id')).toMatch(REQUEST_ID)
  expect(answer.headers.get('content-length')).toBe(String(answer.body.length))
  expect(text).not.toMatch(INSIDE)
  expect(stub.seen).toEqual([])
  return answer
}

/** Reads from the socket up to and including the text. */
export async function readUntil(socket: Socket, text: string): Promise<string> {
  let all = ''
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    all += String(chunk)
    if (all.includes(text)) return all
  }
  throw new Error(`the connection closed before '${text}': ${all}`)
}

/** Connects and collects what comes; `closed` resolves with all of it. */
export async function collectRaw(
  port: number,
): Promise<{ readonly socket: Socket; readonly closed: Promise<string> }> {
  const socket = await connectRaw(port)
  let all = ''
  socket.setEncoding('latin1').on('data', (text) => (all += String(text)))
  socket.on('error', () => {})
  return { socket, closed: once(socket, 'close').then(() => all) }
}
