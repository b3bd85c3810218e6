import { once } from 'node:events'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { sendRaw } from '../support/http.ts'
import { parseAnswer, sharedStub } from './support.ts'

// What an app believes of its headers is said by the gateway alone: no spelling of a stranger arrives. The cache, which asks questions of
// its own, is off here; `cache-poisoning.test.ts` has it on.

const stub = sharedStub(answer, { gateway: { cache: false } })

/** Says what has arrived. */
function answer(req: IncomingMessage, res: ServerResponse): void {
  const chunks: Buffer[] = []
  req.on('data', (chunk: Buffer) => chunks.push(chunk))
  req.on('end', () => {
    const body = Buffer.concat(chunks).toString()
    res.end(
      JSON.stringify({ raw: req.rawHeaders, headers: req.headers, trailers: req.trailers, body }),
    )
  })
}

interface Arrived {
  readonly raw: string[]
  readonly headers: IncomingHttpHeaders
  readonly trailers: object
  readonly body: string
}

/** Sends a request with these header lines and says what of it arrived in the app. */
async function arrived(lines: string, host = 'acme.localhost', rest = ''): Promise<Arrived> {
  const method = rest === '' ? 'GET' : 'POST'
  const bytes = `${method} / HTTP/1.1\r\nHost: ${host}\r\n${lines}Connection: close\r\n\r\n${rest}`
  const answer = parseAnswer(await sendRaw(stub.current.port, bytes))
  expect(answer.status).toBe(200)
  return JSON.parse(answer.body) as Arrived
}

const UUID = expect.stringMatching(/^[\da-f]{8}-[\da-f-]{27}$/) as unknown as string

const OURS = {
  host: 'acme.localhost',
  'x-forwarded-for': '127.0.0.1',
  'x-forwarded-host': 'acme.localhost',
  'x-forwarded-port': '80',
  'x-forwarded-proto': 'http',
  'x-request-id': UUID,
  'x-tenant-id': 'acme',
  'x-tenant-host': 'acme.localhost',
  'x-tenant-props': '{"name":"Acme"}',
  connection: 'keep-alive',
}

test('of a plain request, only the headers of the gateway arrive', async () => {
  expect((await arrived('')).headers).toEqual(OURS)
})

test.each([
  'x-tenant-id',
  'X-Tenant-Id',
  'X-TENANT-ID',
  'x_tenant_id',
  'X_Tenant_Id',
  'x-tenant_id',
  'x_tenant-id',
  'x-tenant-host',
  'x-tenant-props',
  'x-tenant-subdomain',
  'x_tenant_subdomain',
  'x-tenant',
  'x_tenant',
  'x-tenant-',
  'x-tenant--id',
  'x-tenant-anything',
  'x-tenantry',
  'x-tenantry-anything',
  'x-forwarded-for',
  'X_Forwarded_For',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-forwarded-prefix',
  'x-forwarded-server',
  'x-forwarded',
  'forwarded',
  'x-real-ip',
  'x-request-id',
  'x-middleware-subrequest',
  'x-middleware-rewrite',
  'x-middleware-next',
  'x-middleware-override-headers',
  'x-middleware-set-cookie',
  'x_middleware_subrequest',
  'X-Middleware-Request-X-Tenant-Id',
  'x-prerender-revalidate',
  'x-prerender-revalidate-if-generated',
  'x_prerender_revalidate',
  'x-next-revalidated-tags',
  'x-next-revalidate-tag-token',
  'x-next-resume-state-length',
  'next-resume',
  'x-matched-path',
  'X-Matched-Path',
  'x-now-route-matches',
  'content-security-policy',
  'Content-Security-Policy-Report-Only',
  'te',
  'trailer',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'http2-settings',
])('%s of a stranger does not arrive, once, twice or empty', async (name) => {
  for (const lines of [
    `${name}: spoofed\r\n`,
    `${name}: spoofed\r\n${name.toUpperCase()}: spoofed too\r\n`,
    `${name}:\r\n`,
  ]) {
    expect((await arrived(lines)).headers).toEqual(OURS)
  }
})

test('many at once, in every spelling, leave nothing behind', async () => {
  const names = [
    'x-tenant-id',
    'X_TENANT_ID',
    'x-Tenant_Id',
    'x-forwarded-for',
    'x-middleware-next',
  ]
  const lines = names.map((name) => `${name}: spoofed\r\n`).join('')
  const { raw, headers } = await arrived(lines.repeat(19))
  expect(headers).toEqual(OURS)
  expect(raw.filter((text) => text.toLowerCase() === 'x-tenant-id')).toHaveLength(1)
})

test('the subdomain is told where a wildcard matched, and only there', async () => {
  const lines = 'x-tenant-subdomain: spoofed\r\nx_tenant_subdomain: spoofed\r\n'
  expect((await arrived(lines, 'blog.acme.test')).headers).toMatchObject({
    'x-tenant-subdomain': 'blog',
    'x-tenant-host': 'blog.acme.test',
  })
  expect((await arrived(lines)).headers).not.toHaveProperty('x-tenant-subdomain')
})

test.each([
  'x-tenant-id',
  'X-Tenant-Id',
  'x-tenant-id, x-tenant-host, x-tenant-props',
  'x-forwarded-for,x-forwarded-host,x-forwarded-proto,x-forwarded-port',
  'x-request-id',
  'host',
  'Host, HOST',
  'connection',
  ' , ,x-tenant-id,',
  '__proto__, constructor',
])('Connection: %s takes none of them away', async (named) => {
  expect((await arrived(`Connection: ${named}\r\n`)).headers).toEqual(OURS)
})

test.each([
  ['content-length', 'Content-Length: 5\r\n', 'hello'],
  ['Content-Length, content-type', 'Content-Length: 5\r\n', 'hello'],
  ['transfer-encoding', 'Transfer-Encoding: chunked\r\n', '5\r\nhello\r\n0\r\n\r\n'],
])('Connection: %s does not change where a body ends', async (named, framing, body) => {
  const lines = `Connection: ${named}\r\n${framing}Content-Type: text/plain\r\n`
  const got = await arrived(lines, 'acme.localhost', body)
  expect(got.body).toBe('hello')
  expect(got.headers).toMatchObject({ ...OURS, 'content-type': 'text/plain' })
})

test('a header that Connection names goes, and no other', async () => {
  const { headers } = await arrived('Connection: X-Hop, x-tenant-id\r\nX-Hop: 1\r\nX-Stays: 1\r\n')
  expect(headers).toEqual({ ...OURS, 'x-stays': '1' })
})

test('what only looks alike arrives', async () => {
  const harmless = {
    'x-tenants': '1',
    'x-tenantid': '1',
    'tenant-id': '1',
    'x-forwarding': '1',
    'x-next-locale': '1',
    rsc: '1',
    cookie: 'x-tenant-id=globex',
    authorization: 'Bearer x',
  }
  const lines = Object.entries(harmless).map(([name, value]) => `${name}: ${value}\r\n`)
  expect((await arrived(lines.join(''))).headers).toEqual({ ...OURS, ...harmless })
})

test('trailers of a stranger do not arrive as headers', async () => {
  const { headers, trailers } = await arrived(
    'Transfer-Encoding: chunked\r\nTrailer: x-tenant-id\r\n',
    'acme.localhost',
    '1\r\nx\r\n0\r\nx-tenant-id: spoofed\r\nx-forwarded-host: globex.localhost\r\n\r\n',
  )
  expect(headers).toEqual({ ...OURS, 'transfer-encoding': 'chunked' })
  expect(trailers).toEqual({})
})

test('the same holds for WebSocket handshakes', async () => {
  const upgraded = once(stub.current.app, 'upgrade') as Promise<[IncomingMessage, Socket]>
  const answered = sendRaw(
    stub.current.port,
    'GET /ws HTTP/1.1\r\nHost: acme.localhost\r\nConnection: Upgrade, x-tenant-id, host\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nx-tenant-id: spoofed\r\nX_Tenant_Props: {}\r\nx-forwarded-for: 10.0.0.1\r\nx-middleware-subrequest: x\r\n\r\n',
  )
  const [req, socket] = await upgraded
  socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
  await answered
  expect(req.headers).toEqual({
    ...OURS,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  })
})
