import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { connectRaw, fetchOn, sendRaw } from '../support/http.ts'
import { startStubbed, type StubbedGateway } from '../support/stub-app.ts'
import { collectRaw, refusal, parseAnswer, readUntil, sharedStub } from './support.ts'

// Bytes that are no request get a short answer and a closed connection, and harm no other request.

const HOST = 'Host: acme.localhost\r\n'
const WEBSOCKET = 'Connection: Upgrade\r\nUpgrade: websocket\r\n'

const stub = sharedStub((_req, res) => res.end('answered'))

async function isAlive({ port }: StubbedGateway): Promise<boolean> {
  return (await fetchOn(port, 'http://acme.localhost/alive')).status === 200
}

test.each([
  'hello\r\n\r\n',
  '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '{"json":true}\r\n\r\n',
  'GET\r\n\r\n',
  'get / HTTP/1.1\r\nHost: acme.localhost\r\n\r\n',
  'G\u0000T / HTTP/1.1\r\n\r\n',
  'HTTP/1.1 200 OK\r\n\r\n',
  'GET /../../etc/passwd<script>\r\n\r\n',
  `${'X'.repeat(5000)}\r\n\r\n`,
  '\u0000\u0000\u0000\u0000',
  '\u00ff\u00fe\u00fd',
])('no request at all: %j', async (bytes) => {
  const answer = await refusal(stub.current, bytes)
  expect(answer.status).toBe(400)
  expect(answer.body).not.toMatch(/passwd|script/)
})

test.each([
  ['one header', `X-A: ${'x'.repeat(17_000)}\r\n`],
  ['many headers', `X-A: ${'x'.repeat(90)}\r\n`.repeat(200)],
  ['the name of a header', `${'x'.repeat(17_000)}: a\r\n`],
  ['the Host', `Host: ${'x'.repeat(17_000)}\r\n`],
  ['cookies', `Cookie: ${'a=b; '.repeat(4000)}\r\n`],
])('a head that is too large by %s: 431', async (_what, lines) => {
  expect(await refusal(stub.current, `GET / HTTP/1.1\r\n${HOST}${lines}\r\n`)).toMatchObject({
    status: 431,
  })
})

test.each([
  ['in a whole head', `GET /${'x'.repeat(17_000)} HTTP/1.1\r\n${HOST}\r\n`],
  ['in a line without an end', `M-SEARCH /${'x'.repeat(17_000)}`],
  ['in absolute form', `GET http://acme.localhost/?${'x'.repeat(17_000)} HTTP/1.1\r\n${HOST}\r\n`],
])('a target that is longer than a head may be, %s: 414', async (_what, bytes) => {
  expect(await refusal(stub.current, bytes)).toMatchObject({ status: 414 })
})

test('where headers are too large behind a long target, they are to blame', async () => {
  const bytes = `GET /${'x'.repeat(16_000)} HTTP/1.1\r\n${HOST}X-A: ${'x'.repeat(500)}\r\n\r\n`
  expect(await refusal(stub.current, bytes)).toMatchObject({ status: 431 })
})

test('the limit of the head is that of the config', async () => {
  await using own = await startStubbed((_req, res) => res.end(), {
    gateway: { listen: { maxHeaderSize: 2048 } },
  })
  const head = (size: number): string =>
    `GET / HTTP/1.1\r\n${HOST}Connection: close\r\nX-A: ${'x'.repeat(size)}\r\n\r\n`
  // What counts is the target, names and values.
  const rest = '/Hostacme.localhostConnectioncloseX-A'.length
  expect(parseAnswer(await sendRaw(own.port, head(2047 - rest))).status).toBe(200)
  own.seen.length = 0
  expect(await refusal(own, head(2048 - rest))).toMatchObject({ status: 431 })
})

test.each([
  ['says nothing', ''],
  ['stops in the first line', 'GET / HT'],
  ['stops in a header', `GET / HTTP/1.1\r\n${HOST}X-A: b`],
  ['stops before the empty line', `GET / HTTP/1.1\r\n${HOST}`],
])('a client that %s: 408', async (_what, bytes) => {
  await using own = await slow()
  expect(await refusal(own, bytes)).toMatchObject({ status: 408 })
})

test('a head that comes byte by byte does not win more time', async () => {
  await using own = await slow()
  const { socket, closed } = await collectRaw(own.port)
  socket.write(`GET / HTTP/1.1\r\n${HOST}X-A: `)
  const timer = setInterval(() => socket.write('x'), 50)
  const answer = await closed.finally(() => clearInterval(timer))
  expect(parseAnswer(answer).status).toBe(408)
  expect(own.seen).toEqual([])
})

test('a slow head on a kept-alive connection: 408, and it is closed', async () => {
  await using own = await slow()
  const text = await unlessLate(async () => {
    own.seen.splice(0)
    const { socket, closed } = await collectRaw(own.port)
    socket.write(`GET /1 HTTP/1.1\r\n${HOST}\r\n`)
    await once(socket, 'data')
    socket.write('GET /2 HTTP/1.1\r\n')
    return closed
  })
  expect(text.match(/HTTP\/1\.1 \d{3}/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 408'])
  expect(own.seen).toEqual(['GET /1'])
})

test('a slow body is not a slow head', async () => {
  await using own = await startStubbed((req, res) => void req.pipe(res), {
    gateway: { listen: { headersTimeout: '500ms' } },
  })
  const text = await unlessLate(async () => {
    const { socket, closed } = await collectRaw(own.port)
    socket.write(`POST / HTTP/1.1\r\n${HOST}Content-Length: 2\r\nConnection: close\r\n\r\na`)
    expect(await refusal({ ...own, seen: [] }, '')).toMatchObject({ status: 408 })
    socket.write('b')
    return closed
  })
  expect(parseAnswer(text).status).toBe(200)
})

test.each([
  ['garbage', '\u0000garbage\r\n\r\n', 400],
  ['a head that is too large', `GET / HTTP/1.1\r\nX-A: ${'x'.repeat(17_000)}\r\n\r\n`, 431],
  ['a malformed Host', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', 400],
  ['CONNECT', 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n', 405],
])('%s behind an answered request: its own answer, then closed', async (_what, bytes, status) => {
  const { socket, closed } = await collectRaw(stub.current.port)
  socket.write(`GET /1 HTTP/1.1\r\n${HOST}\r\n`)
  await once(socket, 'data')
  socket.write(bytes)
  const text = await closed
  expect(text.match(/HTTP\/1\.1 \d{3}/g)).toEqual(['HTTP/1.1 200', `HTTP/1.1 ${status}`])
  expect(stub.current.seen).toEqual(['GET /1'])
})

test.each([
  ['garbage', '\u0000garbage\r\n\r\n'],
  ['an upgrade', `GET /2 HTTP/1.1\r\n${HOST}${WEBSOCKET}\r\n`],
  ['another upgrade', `GET /2 HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`],
  ['CONNECT', 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n'],
])(
  '%s behind a request that waits for its app: closed, and the app is told',
  async (_what, bytes) => {
    const answers: ServerResponse[] = []
    await using own = await startStubbed((req, res) => {
      if (req.url === '/alive') res.end()
      else answers.push(res)
    })
    const { socket, closed } = await collectRaw(own.port)
    const asked = once(own.app, 'request')
    socket.write(`GET /1 HTTP/1.1\r\n${HOST}\r\n`)
    await asked
    const left = once(answers[0] as ServerResponse, 'close')
    socket.write(bytes)
    expect(await closed).toMatch(/^(?:HTTP\/1\.1 400 |$)/)
    await left
    expect(own.seen).toEqual(['GET /1'])
    expect(await isAlive(own)).toBe(true)
  },
)

test.each([
  ['garbage', '\u0000garbage\r\n\r\n'],
  ['an upgrade', `GET /2 HTTP/1.1\r\n${HOST}${WEBSOCKET}\r\n`],
  ['CONNECT', 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n'],
])(
  '%s in the middle of an answer: cut off, with no byte of another answer in it',
  async (_what, bytes) => {
    await using own = await startStubbed((req, res) => {
      if (req.url === '/alive') res.end()
      else res.writeHead(200, { 'content-length': 1000 }).write('half')
    })
    const { socket, closed } = await collectRaw(own.port)
    socket.write(`GET /1 HTTP/1.1\r\n${HOST}\r\n`)
    await once(socket, 'data')
    socket.write(bytes)
    const text = await closed
    expect(text.match(/HTTP\/1\.1 \d{3}/g)).toEqual(['HTTP/1.1 200'])
    expect(text.endsWith('\r\n\r\nhalf')).toBe(true)
    expect(await isAlive(own)).toBe(true)
  },
)

test('an upgrade behind a request of the same packet does not end the gateway', async () => {
  for (const upgrade of [WEBSOCKET, 'Connection: Upgrade\r\nUpgrade: h2c\r\n']) {
    const bytes = `GET /1 HTTP/1.1\r\n${HOST}\r\nGET /2 HTTP/1.1\r\n${HOST}${upgrade}\r\n`
    await sendRaw(stub.current.port, bytes)
    expect(await isAlive(stub.current)).toBe(true)
  }
})

test('a WebSocket on a connection that has answered requests is tunnelled', async () => {
  await using own = await startStubbed((_req, res) => res.end('answered'))
  own.app.on('upgrade', (_req, socket: Socket) => {
    socket.end(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhi',
    )
  })
  const socket = await connectRaw(own.port)
  socket.write(`GET /1 HTTP/1.1\r\n${HOST}\r\n`)
  await readUntil(socket, 'answered')
  socket.write(`GET /2 HTTP/1.1\r\n${HOST}${WEBSOCKET}\r\n`)
  expect(await readUntil(socket, '\r\n\r\nhi')).toMatch(/^HTTP\/1\.1 101 /)
  socket.destroy()
})

test('a client that resets in the middle of a head leaves nothing behind', async () => {
  for (let i = 0; i < 20; i++) {
    const socket = await connectRaw(stub.current.port)
    socket.write(`GET / HTTP/1.1\r\n${HOST}X-A:`)
    socket.resetAndDestroy()
  }
  expect(await isAlive(stub.current)).toBe(true)
  expect(stub.current.seen).toEqual(['GET /alive'])
})

test.each(['the-unexpected', '200-maybe', '100-continue, more', ''])(
  'the expectation %j: 417, and what follows is never served',
  async (expectation) => {
    const line = `Expect: ${expectation}\r\n`
    for (const host of ['acme.localhost', 'a b']) {
      const head = `POST /1 HTTP/1.1\r\nHost: ${host}\r\n${line}Content-Length: 2\r\n\r\n`
      const text = await sendRaw(stub.current.port, `${head}hiGET /2 HTTP/1.1\r\n${HOST}\r\n`)
      expect(text.match(/HTTP\/1\.1 \d{3}/g)).toEqual(['HTTP/1.1 417'])
      expect(stub.current.seen).toEqual([])
    }
  },
)

/** A busy machine may be late with a head that is sent at once: then the client asks again. */
async function unlessLate(ask: () => Promise<string>): Promise<string> {
  let text = await ask()
  while (text.startsWith('HTTP/1.1 408')) text = await ask()
  return text
}

function slow(): Promise<StubbedGateway> {
  return startStubbed((_req, res) => res.end(), {
    gateway: { listen: { headersTimeout: '500ms' } },
  })
}
