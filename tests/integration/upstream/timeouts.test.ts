import { once } from 'node:events'
import {
  createServer as createHttpServer,
  request,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { createServer as createTcpServer } from 'node:net'
import { expect, test } from '@jest/globals'
import { sendBody } from '../../support/body.ts'
import { createAuthority } from '../../support/certificates.ts'
import { connectRaw, fetchOn, open, sendRaw } from '../../support/http.ts'
import { startServer, startUpstreams, type UpstreamGateway } from '../../support/upstreams.ts'
import { acceptWebSockets as accept, openWebSocket } from '../../support/web-sockets.ts'

// A target that takes too long, and who is told what.

const URL = 'http://acme.localhost/'
const UPGRADE = 'GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
const JSON_ONLY = { accept: 'application/json' }

function failuresOf({ gateway }: UpstreamGateway): number | undefined {
  return gateway.status().apps[0]?.instances[0]?.targets?.[0]?.failures
}

async function failureOf(own: UpstreamGateway, path = ''): Promise<unknown[]> {
  const answer = await fetchOn(own.port, URL + path, { headers: JSON_ONLY })
  const text = await answer.text()
  expect(text).not.toContain('127.0.0.1')
  const { error } = JSON.parse(text) as { error: { code: string } }
  const { err } = await own.line(
    (line) => line['path'] === `/${path}` && line['status'] === answer.status,
  )
  return [answer.status, error.code, (err as Error).message]
}

test('connect: a target that accepts but does not speak TLS in time: 504', async () => {
  const silent = await startServer(createTcpServer(), { scheme: 'https' })
  await using own = await startUpstreams([silent], {
    app: { timeouts: { connect: '50ms' } },
  })
  expect(await failureOf(own)).toEqual([
    504,
    'APP_CONNECT_TIMEOUT',
    `${silent.url}: no connection within 50 ms`,
  ])
})

/** Sends a body in small pieces for a while. @returns the answer */
async function trickle(port: number, forMs: number): Promise<unknown[]> {
  const headers = { host: 'acme.localhost', 'transfer-encoding': 'chunked' }
  const sent = request({ host: '127.0.0.1', port, method: 'POST', agent: false, headers })
  sent.on('error', () => {})
  const startedAt = performance.now()
  const timer = setInterval(() => {
    if (performance.now() - startedAt < forMs) sent.write('x')
    else sent.end(() => clearInterval(timer))
  }, 25)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  clearInterval(timer)
  answer.resume()
  return [answer.statusCode, answer.headers['x-reused']]
}

test('connect: the request goes on to another target, a WebSocket as well', async () => {
  const silent = await startServer(createTcpServer(), { scheme: 'https' })
  const alive = await startServer(
    acceptWebSockets(createHttpServer((_req, res) => res.end('alive'))),
  )
  await using own = await startUpstreams([silent, alive], {
    app: { timeouts: { connect: '300ms' }, balance: 'round-robin' },
  })
  for (let i = 0; i < 2; i++) expect((await fetchOn(own.port, URL)).status).toBe(200)
  expect(failuresOf(own)).toBe(1)
  for (let i = 0; i < 2; i++) {
    const { socket, status } = await openWebSocket(own.port, 'acme.localhost')
    expect(status).toBe(101)
    socket.destroy()
  }
  expect(failuresOf(own)).toBe(2)
})

test('connect: where there is no other target for a WebSocket: 504', async () => {
  const silent = await startServer(createTcpServer(), { scheme: 'https' })
  await using own = await startUpstreams([silent], { app: { timeouts: { connect: '50ms' } } })
  const answer = await sendRaw(
    own.port,
    `${UPGRADE}Accept: application/json\r\nHost: acme.localhost\r\n\r\n`,
  )
  expect(answer).toMatch(/^HTTP\/1.1 504 [^]*"APP_CONNECT_TIMEOUT"/)
})

test('connect: a body that comes slowly is no connection that does, on a new one or a kept one', async () => {
  await using own = await startUpstreams([answerAtEnd()], {
    app: { timeouts: { connect: '200ms' } },
  })
  expect(await trickle(own.port, 800)).toEqual([200, 'false'])
  expect(await trickle(own.port, 800)).toEqual([200, 'true'])
  expect(failuresOf(own)).toBe(0)
})

test('connect: the same over TLS', async () => {
  await using authority = await createAuthority()
  const secure = createSecureServer(await authority.issue('IP:127.0.0.1'), answerAtEnd())
  await using own = await startUpstreams([await startServer(secure, { scheme: 'https' })], {
    app: { timeouts: { connect: '3s' }, tls: { ca: 'tls/ca.pem' } },
    files: { 'tls/ca.pem': authority.ca },
  })
  expect(await trickle(own.port, 4000)).toEqual([200, 'false'])
  expect(failuresOf(own)).toBe(0)
})

/** Answers when the body is there, and tells whether its connection was used before. */
function answerAtEnd(): RequestListener {
  const used = new Set<unknown>()
  return (req, res) => {
    res.setHeader('x-reused', String(used.has(req.socket)))
    used.add(req.socket)
    req.resume().once('end', () => res.end())
  }
}

test('firstByte: a silent target: 504, and its connection is closed', async () => {
  await using own = await startUpstreams([() => {}], { app: { timeouts: { firstByte: '50ms' } } })
  const [server] = own.servers
  expect(await failureOf(own)).toEqual([
    504,
    'APP_TIMEOUT',
    `${server?.url}: no answer within 50 ms`,
  ])
  for (const socket of server?.sockets ?? []) await once(socket, 'close')
  expect(server?.sockets.size).toBe(0)
})

test('firstByte: a request that may have been carried out goes to no other target', async () => {
  await using own = await startUpstreams([() => {}, (_req, res) => void res.end()], {
    app: { timeouts: { firstByte: '300ms' }, balance: 'round-robin' },
  })
  const statuses: number[] = []
  for (let i = 0; i < 2; i++) statuses.push((await fetchOn(own.port, URL)).status)
  expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 504])
  expect(own.servers.map(({ seen }) => seen.length)).toEqual([1, 1])
})

test('firstByte: early hints do not hold it up', async () => {
  await using own = await startUpstreams(
    [
      (_req, res) => {
        const timer = setInterval(() => res.writeEarlyHints({ link: '</a>; rel=preload' }), 10)
        res.once('close', () => clearInterval(timer))
      },
    ],
    { app: { timeouts: { firstByte: '80ms' } } },
  )
  expect((await fetchOn(own.port, URL)).status).toBe(504)
})

function acceptWebSockets(app: Server): Server {
  accept({ app })
  return app
}

const SILENT = { gateway: { limits: { tenant: { responseTimeout: '300ms' } } } }
const NO_HANDSHAKE = { gateway: { webSockets: { handshakeTimeout: '300ms' } } }

test.each([
  ['responseTimeout, of an answer for many', SILENT, 'GET / HTTP/1.1\r\nConnection: close\r\n'],
  [
    'responseTimeout, of one for one alone',
    SILENT,
    'POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 0\r\n',
  ],
  ['responseTimeout, of a WebSocket', SILENT, UPGRADE],
  ['handshakeTimeout', NO_HANDSHAKE, UPGRADE],
])(
  '%s is shorter than firstByte: 504, counted against the target',
  async (_what, options, lines) => {
    await using own = await startUpstreams([() => {}], options)
    own.servers[0]?.server.on('upgrade', () => {})
    const bytes = `${lines}Host: acme.localhost\r\n\r\n`
    expect(await sendRaw(own.port, bytes)).toMatch(/^HTTP\/1.1 504 /)
    await own.line((line) => line['event'] === 'request')
    await new Promise(setImmediate)
    expect(failuresOf(own)).toBe(1)
  },
)

test.concurrent('firstByte: a client that takes its time with a body does not count', async () => {
  await using own = await startUpstreams([(req, res) => void req.pipe(res)], {
    app: { timeouts: { firstByte: '4s', idle: '4s' } },
  })
  const sent = request({
    host: '127.0.0.1',
    port: own.port,
    method: 'POST',
    agent: false,
    headers: { host: 'acme.localhost', 'transfer-encoding': 'chunked' },
  })
  sent.flushHeaders()
  // Other requests run into their time meanwhile.
  await using slow = await startUpstreams([() => {}], {
    app: { timeouts: { firstByte: '4500ms' } },
  })
  expect((await fetchOn(slow.port, URL)).status).toBe(504)
  sent.end('late')
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  expect([answer.statusCode, String(await answer.toArray())]).toEqual([200, 'late'])
})

test.concurrent('idle: an answer that stalls resets the client; what came never looks complete', async () => {
  await using own = await startUpstreams([(_req, res) => void res.write('half')], {
    app: { timeouts: { idle: '4s' } },
  })
  const answer = await open(own.port, URL)
  const [error] = (await once(answer.resume(), 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ECONNRESET')
  const { err, status } = await own.line((line) => line['event'] === 'request')
  expect([status, (err as Error).message]).toEqual([
    200,
    `${own.servers[0]?.url}: no byte within 4000 ms`,
  ])
})

test.concurrent('idle: an answer that comes slowly is none that stalls', async () => {
  await using own = await startUpstreams(
    [
      (_req, res) => {
        let rest = 30
        const timer = setInterval(() => {
          res.write('x')
          if (--rest > 0) return
          clearInterval(timer)
          res.end()
        }, 150)
      },
    ],
    { app: { timeouts: { idle: '4s' } } },
  )
  expect(await (await fetchOn(own.port, URL)).text()).toBe('x'.repeat(30))
})

test.concurrent('idle: a client that reads slowly is not the fault of the target', async () => {
  const size = 64 * 1024 * 1024
  await using own = await startUpstreams([(_req, res) => void res.end(Buffer.alloc(size))], {
    app: { timeouts: { idle: '4s' } },
  })
  const answer = await open(own.port, URL)
  await once(answer, 'readable')
  await using slow = await startUpstreams([() => {}], {
    app: { timeouts: { firstByte: '4500ms' } },
  })
  expect((await fetchOn(slow.port, URL)).status).toBe(504)
  let bytes = 0
  for await (const chunk of answer) bytes += (chunk as Buffer).length
  expect(bytes).toBe(size)
})

test('idle: a target that does not read a body: 504', async () => {
  await using own = await startUpstreams([(req) => void req.pause()], {
    app: { timeouts: { idle: '100ms' } },
  })
  const body = 'x'.repeat(32 * 1024 * 1024)
  const socket = await connectRaw(own.port)
  socket.on('error', () => {})
  socket.write(
    `POST /up HTTP/1.1\r\nHost: acme.localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
  const { status, err } = await own.line((line) => line['path'] === '/up')
  expect([status, (err as Error).message]).toEqual([
    504,
    `${own.servers[0]?.url}: no byte within 100 ms`,
  ])
  socket.destroy()
})

test.concurrent('total: the whole takes too long', async () => {
  await using own = await startUpstreams([() => {}], { app: { timeouts: { total: '60ms' } } })
  expect(await failureOf(own, 'silent')).toEqual([
    504,
    'APP_TIMEOUT',
    `${own.servers[0]?.url}: no end of the answer within 60 ms`,
  ])
})

test.concurrent('total: a target that sends all the while is not to blame', async () => {
  const endless: RequestListener = (_req, res) => {
    const timer = setInterval(() => res.write('x'), 20)
    res.once('close', () => clearInterval(timer))
  }
  await using own = await startUpstreams([endless], { app: { timeouts: { total: '4s' } } })
  const answer = await open(own.port, URL)
  const [error] = (await once(answer.resume(), 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ECONNRESET')
  expect(failuresOf(own)).toBe(0)
})

test('a silent WebSocket ends when both sides were idle for too long', async () => {
  await using own = await startUpstreams([(_req, res) => void res.end()], {
    app: { timeouts: { idle: '80ms' } },
  })
  own.servers[0]?.server.on('upgrade', (_req, socket) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    )
  })
  const socket = await connectRaw(own.port)
  socket.write(
    'GET / HTTP/1.1\r\nHost: acme.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  )
  await once(socket.resume(), 'close')
  expect(await own.line((line) => line['status'] === 101)).toMatchObject({
    target: own.servers[0]?.url,
  })
})

test('maxConnections: more wait in turn, and get 503 where too many wait', async () => {
  const held: ServerResponse[] = []
  await using own = await startUpstreams([(_req, res) => void held.push(res)], {
    app: { maxConnections: 1, maxQueue: 2, timeouts: { connect: '1m' } },
  })
  const [server] = own.servers
  const asked = (): Promise<unknown> => once(server?.server ?? process, 'request')
  const first = fetchOn(own.port, `${URL}1`)
  await asked()
  const answers = [first]
  for (const n of [2, 3]) {
    answers.push(fetchOn(own.port, URL + n))
    const inFlight = (): unknown => own.gateway.status().apps[0]?.instances[0]?.inFlight
    while (inFlight() !== n) await new Promise(setImmediate)
  }
  expect(await failureOf(own, 'more')).toEqual([
    503,
    'APP_BUSY',
    'maxConnections and maxQueue are reached',
  ])
  for (const [i, answer] of answers.entries()) {
    expect(server?.seen).toEqual(['GET /1', 'GET /2', 'GET /3'].slice(0, i + 1))
    const next = i < 2 ? asked() : undefined
    held[i]?.end(`answer ${i + 1}`)
    expect(await (await answer).text()).toBe(`answer ${i + 1}`)
    await next
  }
})

test('maxConnections: one that waits for longer than it takes to connect gets 503', async () => {
  const held: ServerResponse[] = []
  const hold: RequestListener = (req, res) =>
    void (req.url === '/warm' ? res.end() : held.push(res))
  await using own = await startUpstreams([hold], {
    app: { maxConnections: 1, timeouts: { connect: '200ms' } },
  })
  // A busy machine may need more; the requests behind it find its connection.
  while ((await fetchOn(own.port, `${URL}warm`)).status !== 200);
  const [server] = own.servers
  server?.seen.splice(0)
  const first = fetchOn(own.port, `${URL}1`)
  await once(server?.server ?? process, 'request')
  const second = await fetchOn(own.port, `${URL}2`)
  expect([second.status, second.headers.get('retry-after')]).toEqual([503, '1'])
  held[0]?.end('first')
  expect(await (await first).text()).toBe('first')
  expect(server?.seen).toEqual(['GET /1'])
})

test('maxConnections: a WebSocket takes a place for as long as it lasts', async () => {
  const server = await startServer(acceptWebSockets(createHttpServer((_req, res) => res.end())))
  await using own = await startUpstreams([server], {
    app: { maxConnections: 1, maxQueue: 1, timeouts: { connect: '1h' } },
  })
  const first = await openWebSocket(own.port, 'acme.localhost')
  expect(first.status).toBe(101)
  const second = openWebSocket(own.port, 'acme.localhost')
  while (own.gateway.status().apps[0]?.instances[0]?.inFlight !== 2) await new Promise(setImmediate)
  expect((await openWebSocket(own.port, 'acme.localhost')).status).toBe(503)
  expect((await fetchOn(own.port, URL)).status).toBe(503)
  first.socket.destroy()
  const { socket, status } = await second
  expect(status).toBe(101)
  socket.destroy()
  expect((await fetchOn(own.port, URL)).status).toBe(200)
})

test('a client that leaves while it waits leaves its place in the queue', async () => {
  const held: ServerResponse[] = []
  await using own = await startUpstreams([(_req, res) => void held.push(res)], {
    app: { maxConnections: 1, maxQueue: 1, timeouts: { connect: '1m' } },
  })
  const first = fetchOn(own.port, `${URL}1`)
  const server = own.servers[0]?.server
  if (server === undefined) throw new Error('no server')
  await once(server, 'request')
  const socket = await connectRaw(own.port)
  socket.write('GET /2 HTTP/1.1\r\nHost: acme.localhost\r\n\r\n')
  while (own.gateway.status().apps[0]?.instances[0]?.inFlight !== 2) await new Promise(setImmediate)
  socket.resetAndDestroy()
  await own.line((line) => line['path'] === '/2')
  const third = fetchOn(own.port, `${URL}3`)
  while (own.gateway.status().apps[0]?.instances[0]?.inFlight !== 2) await new Promise(setImmediate)
  held[0]?.end('first')
  await first
  await once(server, 'request')
  held[1]?.end('third')
  expect(await (await third).text()).toBe('third')
  expect(own.servers[0]?.seen).toEqual(['GET /1', 'GET /3'])
})

test('a client that leaves while its WebSocket waits leaves its place in the queue', async () => {
  const held: ServerResponse[] = []
  await using own = await startUpstreams([(_req, res) => void held.push(res)], {
    app: { maxConnections: 1, maxQueue: 1, timeouts: { connect: '1m' } },
  })
  const first = fetchOn(own.port, `${URL}1`)
  const [server] = own.servers
  await once(server?.server as Server, 'request')
  const socket = await connectRaw(own.port)
  socket.write(
    'GET /2 HTTP/1.1\r\nHost: acme.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  )
  while (own.gateway.status().apps[0]?.instances[0]?.inFlight !== 2) await new Promise(setImmediate)
  socket.end()
  expect(await own.line((line) => line['path'] === '/2')).toMatchObject({ status: 499 })
  expect(own.gateway.status().apps[0]?.instances[0]?.inFlight).toBe(1)
  held[0]?.end('first')
  expect(await (await first).text()).toBe('first')
  const third = fetchOn(own.port, `${URL}3`)
  await once(server?.server as Server, 'request')
  held[1]?.end('third')
  expect(await (await third).text()).toBe('third')
  expect(server?.seen).toEqual(['GET /1', 'GET /3'])
})

test('an upload that the target does not take is read to its end, so that its client reads the 504', async () => {
  const stuck = createTcpServer((socket) => socket.on('error', () => {}).pause())
  await using own = await startUpstreams([await startServer(stuck)], {
    app: { timeouts: { idle: '200ms' } },
  })
  const size = 40_000_000
  const socket = await connectRaw(own.port)
  socket.on('error', () => {})
  socket.write(
    `POST / HTTP/1.1\r\nHost: acme.localhost\r\nContent-Length: ${size}\r\nConnection: close\r\n\r\n`,
  )
  // It writes all of it before it reads.
  await sendBody(socket, size).over
  let answer = ''
  socket.setEncoding('latin1').on('data', (text) => (answer += String(text)))
  if (!socket.destroyed) await once(socket, 'close')
  expect(answer).toMatch(/^HTTP\/1.1 504 /)
})
