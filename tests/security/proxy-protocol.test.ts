import { once } from 'node:events'
import type { Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { connectRaw, sendRaw } from '../support/http.ts'
import { startStubbed, type StubbedGateway } from '../support/stub-app.ts'
import { collectRaw, parseAnswer, readUntil } from './support.ts'

// With the PROXY protocol a connection says first whom it speaks for: only a trusted proxy may, and nothing else gets in.

const V1 = 'PROXY TCP4 203.0.113.7 192.0.2.1 51234 80\r\n'
const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n'
const V2 = `${SIGNATURE}\u0021\u0011\0\u000c\u00cb\0\u0071\u0007\u00c0\0\u0002\u0001\u00c8\u0022\0\u0050`
const V2_IPV6 = `${SIGNATURE}\u0021\u0021\0\u0024\u0020\u0001\u000d\u00b8${'\0'.repeat(11)}\u0001${'\0'.repeat(16)}\u00c8\u0022\0\u0050`
const LOCAL = `${SIGNATURE}\u0020\0\0\0`

function get(path = '/', more = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: acme.localhost\r\n${more}\r\n`
}

const LAST = 'Connection: close\r\n'

/** A gateway whose app answers with `X-Forwarded-For`. */
function start(gateway: object = {}): Promise<StubbedGateway> {
  return startStubbed(
    (req, res) => void req.resume().once('end', () => res.end(req.headers['x-forwarded-for'])),
    { gateway: { trustedProxies: ['127.0.0.1'], listen: { proxyProtocol: true }, ...gateway } },
  )
}

function clients({ log }: StubbedGateway): unknown[] {
  return log.filter((line) => line['event'] === 'request').map((line) => line['client'])
}

test.each([
  ['version 1', V1, '203.0.113.7'],
  ['version 1, IPv6', 'PROXY TCP6 2001:DB8:0::1 ::1 51234 80\r\n', '2001:db8::1'],
  [
    'version 1, IPv4 in IPv6',
    'PROXY TCP6 ::ffff:203.0.113.7 ::ffff:1.1.1.1 51234 80\r\n',
    '203.0.113.7',
  ],
  ['version 2', V2, '203.0.113.7'],
  ['version 2, IPv6', V2_IPV6, '2001:db8::1'],
  ['version 1, UNKNOWN', 'PROXY UNKNOWN\r\n', '127.0.0.1'],
  ['version 2, LOCAL', LOCAL, '127.0.0.1'],
])('%s: the client is the one that it conveys', async (_what, header, client) => {
  await using stub = await start()
  const answer = await sendRaw(stub.port, Buffer.from(header + get('/', LAST), 'latin1'))
  expect(parseAnswer(answer)).toMatchObject({ status: 200, body: client })
  expect(clients(stub)).toEqual([client])
})

test('what a stranger says behind the header is not believed', async () => {
  await using stub = await start()
  const said =
    'X-Forwarded-For: 10.0.0.1\r\nForwarded: for=10.0.0.1\r\nX-Request-Id: mine\r\nX-Forwarded-Proto: https\r\n'
  const answer = parseAnswer(await sendRaw(stub.port, V1 + get('/', said + LAST)))
  expect(answer.body).toBe('203.0.113.7')
  expect(answer.headers.get('x-request-id')).not.toBe('mine')
})

test('a conveyed address that is a trusted proxy itself is believed', async () => {
  await using stub = await start({ trustedProxies: ['127.0.0.1', '203.0.113.0/24'] })
  const said = 'X-Forwarded-For: 198.51.100.1\r\n'
  expect(parseAnswer(await sendRaw(stub.port, V1 + get('/', said + LAST))).body).toBe(
    '198.51.100.1, 203.0.113.7',
  )
  expect(clients(stub)).toEqual(['198.51.100.1'])
})

test('the header and the request may come in pieces', async () => {
  await using stub = await start()
  for (const header of [V1, V2]) {
    const bytes = Buffer.from(header + get('/', LAST), 'latin1')
    const { socket, closed } = await collectRaw(stub.port)
    socket.setNoDelay(true)
    for (const byte of bytes) {
      await new Promise((written) => socket.write(Buffer.from([byte]), written))
    }
    expect(parseAnswer(await closed)).toMatchObject({ status: 200, body: '203.0.113.7' })
  }
})

test('requests that follow on the connection, at once or later, are the same client', async () => {
  await using stub = await start()
  const socket = await connectRaw(stub.port)
  socket.write(V1 + get('/1') + get('/2') + get('/3'))
  await readUntil(socket, '203.0.113.7HTTP/1.1 200 OK\r\n')
  while (stub.seen.length < 3) await once(stub.app, 'request')
  socket.write(get('/4'))
  await once(stub.app, 'request')
  socket.destroy()
  expect(stub.seen).toEqual(['GET /1', 'GET /2', 'GET /3', 'GET /4'])
})

test('bodies arrive whole', async () => {
  let received = 0
  await using stub = await startStubbed(
    (req, res) => {
      req.on('data', (chunk: Buffer) => (received += chunk.length)).once('end', () => res.end('ok'))
    },
    { gateway: { trustedProxies: ['127.0.0.1'], listen: { proxyProtocol: true } } },
  )
  const body = 'x'.repeat(1_000_000)
  const post = `POST / HTTP/1.1\r\nHost: acme.localhost\r\n${LAST}Content-Length: ${body.length}\r\n\r\n${body}`
  expect(await sendRaw(stub.port, V1 + post)).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  expect(received).toBe(body.length)
})

test('WebSockets are tunnelled', async () => {
  await using stub = await start()
  stub.app.on('upgrade', (req, socket: Socket) => {
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nx-client: ${String(req.headers['x-forwarded-for'])}\r\n\r\n`,
    )
    socket.on('error', () => {}).pipe(socket)
  })
  const socket = await connectRaw(stub.port)
  const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n'
  socket.write(V1 + get('/ws', upgrade))
  expect(await readUntil(socket, '\r\n\r\n')).toContain('x-client: 203.0.113.7')
  socket.write('ping')
  expect(await readUntil(socket, 'ping')).toBe('ping')
  socket.destroy()
})

test.each([
  ['a plain request', get()],
  ['a header that is broken', `PROXY TCP4 203.0.113.7 1.1.1.1 99999 80\r\n${get()}`],
  ['a line without an end', `PROXY TCP4 ${'1'.repeat(500)}`],
  ['a TLS handshake', '\u0016\u0003\u0001\u0002\0\u0001\0'],
  ['version 2 with an unknown command', `${SIGNATURE}\u002f\u0011\0\0`],
  ['version 2 with more than is taken', `${SIGNATURE}\u0021\u0011\u00ff\u00ff`],
  ['version 2 with too little', `${SIGNATURE}\u0021\u0011\0\u0001x`],
])('%s: the connection is closed without an answer', async (_what, bytes) => {
  await using stub = await start()
  expect(await sendRaw(stub.port, Buffer.from(bytes, 'latin1'))).toBe('')
  expect(stub.seen).toEqual([])
  expect(stub.log.filter((line) => line['event'] === 'connection.refused')).toMatchObject([
    { level: 'warn', peer: '127.0.0.1', reason: 'malformed header' },
  ])
})

test('a second header is part of a request, and none that can be read', async () => {
  await using stub = await start()
  expect(await sendRaw(stub.port, V1 + V1 + get())).toMatch(/^HTTP\/1\.1 400 /)
  expect(stub.seen).toEqual([])
})

test('whoever is no trusted proxy is closed, header or not', async () => {
  await using stub = await start({ trustedProxies: ['192.0.2.1'] })
  for (const bytes of [V1 + get(), get()]) expect(await sendRaw(stub.port, bytes)).toBe('')
  expect(stub.seen).toEqual([])
  const refused = stub.log.filter((line) => line['event'] === 'connection.refused')
  expect(refused.map((line) => line['reason'])).toEqual([
    'not a trusted proxy',
    'not a trusted proxy',
  ])
})

test('a connection that says nothing, or stops in its header, is closed in time', async () => {
  await using stub = await start({ listen: { proxyProtocol: true, headersTimeout: '50ms' } })
  for (const bytes of ['', V1.slice(0, 20), V2.slice(0, 14)]) {
    expect(await sendRaw(stub.port, Buffer.from(bytes, 'latin1'))).toBe('')
  }
  expect(
    stub.log.filter((line) => line['event'] === 'connection.refused').map((line) => line['reason']),
  ).toEqual(['no header in time', 'no header in time', 'no header in time'])
})

test('behind the header the time for the head of a request is the usual one', async () => {
  await using stub = await start({ listen: { proxyProtocol: true, headersTimeout: '50ms' } })
  expect(await sendRaw(stub.port, `${V1}GET / HTTP/1.1\r\n`)).toMatch(/^HTTP\/1\.1 408 /)
})

test('clients that leave before the header is there do no harm', async () => {
  await using stub = await start()
  const [closing, resetting] = [await collectRaw(stub.port), await collectRaw(stub.port)]
  closing.socket.end(V1.slice(0, 10))
  await closing.closed
  resetting.socket.write(V1.slice(0, 10), () => resetting.socket.resetAndDestroy())
  await resetting.closed
  expect(await sendRaw(stub.port, V1 + get('/', LAST))).toMatch(/^HTTP\/1\.1 200 /)
})

test('at shutdown, requests in flight end, and connections without a header are closed', async () => {
  let answer = (): void => {}
  await using stub = await startStubbed((_req, res) => void (answer = () => res.end('done')), {
    gateway: {
      trustedProxies: ['127.0.0.1'],
      listen: { proxyProtocol: true, headersTimeout: '1h' },
      shutdownTimeout: '1h',
    },
  })
  const waiting = await collectRaw(stub.port)
  waiting.socket.write(V1.slice(0, 10))
  const served = await collectRaw(stub.port)
  served.socket.write(V1 + get())
  await once(stub.app, 'request')
  const closed = stub.gateway.close()
  expect(await waiting.closed).toBe('')
  answer()
  expect(await served.closed).toContain('done')
  await closed
})

test('where it is not asked for, such a header is a request that cannot be read', async () => {
  await using stub = await start({ listen: {} })
  expect(await sendRaw(stub.port, V1 + get())).toMatch(/^HTTP\/1\.1 400 /)
  expect(stub.seen).toEqual([])
})
