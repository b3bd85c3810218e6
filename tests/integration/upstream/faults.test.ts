import { once } from 'node:events'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { connectRaw, fetchOn, sendRaw } from '../../support/http.ts'
import { readUntil } from '../../security/support.ts'
import { startServer, startUpstreams, type TestServer } from '../../support/upstreams.ts'

// What http-proxy gets wrong by itself, over TCP targets; forwarding.test.ts and upgrade.test.ts have the rest.

const URL = 'http://acme.localhost/'
const HANDSHAKE =
  'GET /ws HTTP/1.1\r\nHost: acme.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'

/** A target that answers every request with these bytes. */
function startRaw(bytes: string, then: (socket: Socket) => void = () => {}): Promise<TestServer> {
  return startServer(
    createTcpServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => socket.write(bytes, 'latin1', () => then(socket)))
    }),
  )
}

async function untilClosed({ sockets }: TestServer): Promise<void> {
  for (const socket of sockets) await once(socket, 'close')
}

test.each([
  ['silent', (_req: IncomingMessage, _res: ServerResponse) => {}],
  [
    'in the middle of an event stream',
    (_req: IncomingMessage, res: ServerResponse) => void res.write('data: 1\n\n'),
  ],
])(
  '100 clients that leave a target that is %s leave no connection to it; the pool stays usable',
  async (_how, hold) => {
    const listener: RequestListener = (req, res) =>
      req.url === '/hold' ? hold(req, res) : void res.end('ok')
    await using own = await startUpstreams([listener], {
      app: { maxConnections: 100, maxQueue: 0 },
    })
    const [server] = own.servers as [TestServer]
    for (let round = 0; round < 2; round++) {
      const clients = await Promise.all(Array.from({ length: 100 }, () => connectRaw(own.port)))
      for (const client of clients)
        client.write('GET /hold HTTP/1.1\r\nHost: acme.localhost\r\n\r\n')
      while (server.seen.length < 100 * (round + 1) + 5 * round)
        await once(server.server, 'request')
      expect((await fetchOn(own.port, URL)).status).toBe(503)
      for (const client of clients) client.resetAndDestroy()
      await untilClosed(server)
      const after = await Promise.all(Array.from({ length: 5 }, () => fetchOn(own.port, URL)))
      expect(after.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    }
    expect(server.sockets.size).toBeLessThanOrEqual(5)
    expect(own.gateway.status().apps[0]?.instances[0]).toMatchObject({
      targets: [{ state: 'up', inFlight: 0, failures: 0 }],
    })
  },
)

test.each([
  [
    'both lengths',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
  ],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok'],
  ['no status', 'hello\r\n\r\n'],
  ['a malformed header', 'HTTP/1.1 200 OK\r\nx y: 1\r\n\r\n'],
  [
    'a switch of protocols that nobody asked for',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
  ],
  ['another protocol', 'SSH-2.0-OpenSSH\r\n'],
])('an answer with %s: 502, and the visitor reads nothing of it', async (_what, bytes) => {
  const server = await startRaw(bytes)
  await using own = await startUpstreams([server])
  const answer = await fetchOn(own.port, URL, { headers: { accept: 'application/json' } })
  expect(answer.status).toBe(502)
  expect(await answer.json()).toMatchObject({ error: { code: 'APP_FAILED' } })
  const { err, target } = await own.line((line) => line['status'] === 502)
  expect(target).toBe(server.url)
  // The parser of Node.js before 20.19 takes the malformed header; then it cannot be written.
  const { message } = err as Error
  expect(message.startsWith(`${server.url}: `) || message.includes('["x y"]')).toBe(true)
})

test.each([
  ['a chunk', '403 No\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n', 'ZZ\r\n', undefined],
  ['a reset', '403 No\r\nContent-Length: 50\r\n\r\nno', undefined, undefined],
  ['more than it said', '403 No\r\nContent-Length: 2\r\n\r\nno', 'HTTP/1.1 200 OK\r\n\r\n', 'no'],
])(
  'a WebSocket is refused, and then comes %s: nothing of the gateway stands in the answer',
  async (_what, bytes, then, body) => {
    let breaks = (): void => {}
    const server = await startRaw(`HTTP/1.1 ${bytes}`, (socket) => {
      breaks = () => void (then === undefined ? socket.resetAndDestroy() : socket.write(then))
    })
    await using own = await startUpstreams([server])
    const socket = await connectRaw(own.port)
    let error: Error | undefined
    let answer = ''
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', (each) => (error = each)).setEncoding('latin1')
    socket.on('data', (text) => {
      answer += String(text)
      if (/(?:hello|no)$/.test(answer)) breaks()
    })
    socket.write(HANDSHAKE)
    await closed
    expect(answer).toMatch(/^HTTP\/1.1 403 No\r\n/)
    expect(answer.match(/HTTP\/1.1/g)).toHaveLength(1)
    if (body === undefined) expect(error).toMatchObject({ code: 'ECONNRESET' })
    else expect(answer.split('\r\n\r\n')[1]).toBe(body)
    await own.line((line) => line['path'] === '/ws')
    expect(own.gateway.status().apps[0]?.instances[0]).toMatchObject({ inFlight: 0 })
  },
)

test('a switch to no protocol at all is a 502', async () => {
  const server = await startRaw('HTTP/1.1 101 Switching Protocols\r\n\r\n')
  await using own = await startUpstreams([server])
  expect(await sendRaw(own.port, HANDSHAKE)).toMatch(/^HTTP\/1.1 502 /)
})

test('a 204 that says a length is handed on without', async () => {
  const server = await startRaw('HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n')
  await using own = await startUpstreams([server])
  const answer = await fetchOn(own.port, URL)
  expect([answer.status, answer.headers.get('content-length')]).toEqual([204, null])
})

test('a target that refuses connections: 502 in other words; the log names it, the page does not', async () => {
  await using own = await startUpstreams([], { app: { targets: ['http://localhost:1'] } })
  const answer = await fetchOn(own.port, URL, { headers: { accept: 'text/html' } })
  expect(answer.status).toBe(502)
  const page = await answer.text()
  expect(page).toContain('This site could not be reached.')
  expect(page).not.toMatch(/localhost|ECONN|127\.0|::1/)
  const { err } = await own.line((line) => line['status'] === 502)
  expect((err as Error).message).toMatch(/^http:\/\/localhost:1: connect ECONNREFUSED/)
})

test.each(['HTTP/1.0', 'HTTP/1.1'])(
  '%s without a length: the end of the connection is that of the answer, and a reset is none',
  async (version) => {
    const head = `${version} 200 OK\r\nContent-Type: text/plain\r\n\r\nhello`
    let target: Socket | undefined
    const server = await startRaw(head, (socket) => (target = socket))
    await using own = await startUpstreams([server])
    const ask = async (): Promise<Socket> => {
      const socket = await connectRaw(own.port)
      socket.write('GET / HTTP/1.1\r\nHost: acme.localhost\r\nAuthorization: a\r\n\r\n')
      // What has come goes out at once.
      expect(await readUntil(socket, 'hello')).toMatch(/^HTTP\/1.1 200 OK\r\n/)
      return socket
    }
    const whole = await ask()
    target?.end(' world')
    expect(await readUntil(whole, '\r\n0\r\n\r\n')).toContain(' world')
    whole.destroy()
    const broken = await ask()
    target?.resetAndDestroy()
    const [error] = (await once(broken, 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ECONNRESET')
  },
)

test('an event stream is not held back: the next event is sent when the last has arrived', async () => {
  let stream: ServerResponse | undefined
  await using own = await startUpstreams([
    (_req, res) => {
      stream = res.writeHead(200, { 'content-type': 'text/event-stream' })
      res.write('data: 1\n\n')
    },
  ])
  const socket = await connectRaw(own.port)
  socket.write('GET / HTTP/1.1\r\nHost: acme.localhost\r\n\r\n')
  for (let n = 1; n < 5; n++) {
    expect(await readUntil(socket, `data: ${n}\n\n`)).toBeTruthy()
    stream?.write(`data: ${n + 1}\n\n`)
  }
  socket.destroy()
})

test('a malformed chunk in mid-body resets the client', async () => {
  let target: Socket | undefined
  const server = await startRaw(
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n',
    (socket) => (target = socket),
  )
  await using own = await startUpstreams([server])
  const socket = await connectRaw(own.port)
  socket.write('GET / HTTP/1.1\r\nHost: acme.localhost\r\n\r\n')
  // A reset that comes together with bytes is read as a plain end by libuv.
  await once(socket, 'data')
  target?.write('zz\r\n')
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ECONNRESET')
})

test('a malformed chunk right behind another leaves the answer incomplete', async () => {
  const server = await startRaw(
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nzz\r\n',
  )
  await using own = await startUpstreams([server])
  const answer = await sendRaw(own.port, 'GET / HTTP/1.1\r\nHost: acme.localhost\r\n\r\n')
  expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*\r\nok\r\n$/)
})

test('a head of 60 KB is handed on, one beyond maxHeaderSize is a 502', async () => {
  const listener: RequestListener = (req, res) =>
    void res.setHeader('x-big', 'x'.repeat(Number(req.url?.slice(1)))).end()
  await using own = await startUpstreams([listener])
  const big = await sendRaw(
    own.port,
    'GET /60000 HTTP/1.1\r\nHost: acme.localhost\r\nConnection: close\r\n\r\n',
  )
  expect(big).toMatch(/^HTTP\/1.1 200 OK\r\n/)
  expect(big.match(/x{60000}/)).not.toBeNull()
  expect((await fetchOn(own.port, `${URL}66000`)).status).toBe(502)
  await using small = await startUpstreams([listener], { app: { maxHeaderSize: 2048 } })
  expect((await fetchOn(small.port, `${URL}1000`)).status).toBe(200)
  expect((await fetchOn(small.port, `${URL}3000`)).status).toBe(502)
})

test.each([
  [2047, 200],
  [2048, 502],
])('maxHeaderSize at its edge: a head of %d bytes is a %d', async (size, status) => {
  // Node.js counts the reason, the names and the values.
  const rest = 'OKX-BigContent-Length0'.length
  const server = await startRaw(
    `HTTP/1.1 200 OK\r\nX-Big: ${'x'.repeat(size - rest)}\r\nContent-Length: 0\r\n\r\n`,
  )
  await using own = await startUpstreams([server], { app: { maxHeaderSize: 2048 } })
  expect((await fetchOn(own.port, URL)).status).toBe(status)
})

test('HEAD, 204 and 304 have no body, and leave the connection usable', async () => {
  await using own = await startUpstreams([
    (req, res) => {
      if (req.url === '/204') res.writeHead(204).end()
      else if (req.url === '/304') res.writeHead(304, { etag: '"a"', 'content-length': 100 }).end()
      else if (req.url === '/chunked') res.write('x', () => res.end('y'))
      else res.setHeader('content-length', 5).end('hello')
    },
  ])
  const bytes = ['HEAD /', 'HEAD /chunked', 'GET /204', 'GET /304', 'HEAD /304', 'GET /']
    .map((line) => `${line} HTTP/1.1\r\nHost: acme.localhost\r\n`)
    .join('\r\n')
  const text = await sendRaw(own.port, `${bytes}Connection: close\r\n\r\n`)
  const answers = text.split(/(?=HTTP\/1\.1 \d{3} )/)
  expect(answers.map((answer) => answer.slice(9, 12))).toEqual([
    '200',
    '200',
    '204',
    '304',
    '304',
    '200',
  ])
  expect(answers.map((answer) => answer.split('\r\n\r\n')[1])).toEqual([
    '',
    '',
    '',
    '',
    '',
    'hello',
  ])
  expect(answers[0]).toMatch(/content-length: 5\r\n/i)
  expect(answers[3]).toMatch(/content-length: 100\r\n/i)
  expect(own.servers[0]?.sockets.size).toBe(1)
})

test('a WebSocket that is refused and then reset ends cleanly, in one line of the log', async () => {
  const server = await startRaw(
    'HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\nhalf',
    (socket) => socket.resetAndDestroy(),
  )
  await using own = await startUpstreams([server])
  expect(await sendRaw(own.port, HANDSHAKE)).toMatch(/^HTTP\/1.1 403 Forbidden/)
  await own.line((line) => line['path'] === '/ws')
  expect(own.log.filter((line) => line['path'] === '/ws')).toHaveLength(1)
})

test('a WebSocket goes on to another target where one cannot be reached; what came behind its head arrives once', async () => {
  await using own = await startUpstreams([(_req, res) => void res.end()], {
    app: ([url]) => ({ balance: 'round-robin', targets: ['http://127.0.0.1:1', url] }),
  })
  own.servers[0]?.server.on('upgrade', (_req: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    )
    if (head.length > 0) socket.write(head)
    socket.pipe(socket)
  })
  for (let i = 0; i < 4; i++) {
    const socket = await connectRaw(own.port)
    socket.write(`${HANDSHAKE}early`)
    let text = ''
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      text += String(chunk)
      if (text.endsWith('early')) break
    }
    expect(text).toMatch(/^HTTP\/1.1 101 [^]*\r\n\r\nearly$/)
    socket.write('late')
    const [chunk] = (await once(socket.resume(), 'data')) as [Buffer]
    expect(String(chunk)).toBe('late')
    // A client that closes its side alone still hears the rest.
    socket.end('last')
    expect(String((await once(socket, 'data'))[0])).toBe('last')
    socket.destroy()
  }
})

test('no target for a WebSocket: the page says so, on the socket', async () => {
  await using own = await startUpstreams([], { app: { targets: ['http://127.0.0.1:1'] } })
  expect(await sendRaw(own.port, HANDSHAKE)).toMatch(/^HTTP\/1.1 502 /)
})

test('other upgrades are tunnelled where config says so, in their own name; others are answered as HTTP/1.1', async () => {
  const asked: unknown[] = []
  await using own = await startUpstreams(
    [(req, res) => void res.end(`plain ${String(req.headers.upgrade)}`)],
    { app: { upgrades: ['websocket', 'line-protocol/2'] } },
  )
  own.servers[0]?.server.on('upgrade', (req: IncomingMessage, socket: Socket) => {
    asked.push(req.headers.upgrade, req.method)
    socket.end(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: Line-Protocol/2\r\n\r\nhello',
    )
  })
  const ask = (method: string, protocol: string): Promise<string> =>
    sendRaw(
      own.port,
      `${method} / HTTP/1.1\r\nHost: acme.localhost\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`,
    )
  expect(await ask('POST', 'Line-Protocol/2')).toMatch(/^HTTP\/1.1 101 [^]*hello$/)
  expect(asked).toEqual(['line-protocol/2', 'POST'])
  for (const protocol of ['h2c', 'line-protocol', 'websocket, h2c', 'line-protocol/2, h2c']) {
    expect(await ask('GET', protocol)).toMatch(/^HTTP\/1.1 200 OK[^]*plain undefined$/)
  }
  expect(await ask('POST', 'websocket')).toMatch(/^HTTP\/1.1 200 OK/)
})
