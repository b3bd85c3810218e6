import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { beforeEach, expect, test } from '@jest/globals'
import { connectRaw, fetchOn, sendRaw } from '../support/http.ts'
import { isForwarded, startStubbed } from '../support/stub-app.ts'
import { collectRaw, refusal, parseAnswer, readUntil, sharedStub } from './support.ts'

// Where a request ends is seen alike by the gateway and the app, or the request is refused.

/** What the app got whole: `METHOD url tenant body`. */
const asked: string[] = []
const sockets = new Set<Socket>()

const stub = sharedStub((req, res) => {
  sockets.add(req.socket)
  let body = ''
  req.on('data', (chunk) => (body += String(chunk)))
  req.on('end', () => {
    asked.push(`${req.method} ${req.url} ${String(req.headers['x-tenant-id'])} ${body}`)
    res.end('answered')
  })
})

beforeEach(() => {
  asked.length = 0
  sockets.clear()
})

const HOST = 'Host: acme.localhost\r\n'
const INNER = 'GET /inner HTTP/1.1\r\nHost: globex.localhost\r\nx-tenant-id: globex\r\n\r\n'
const CHUNKED_INNER = `${INNER.length.toString(16)}\r\n${INNER}\r\n0\r\n\r\n`
const LAST = `GET /last HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`

/** The gateway and its connections to the app are still sound: a request gets its own answer. */
async function expectSound(): Promise<void> {
  asked.length = 0
  for (const path of ['/a', '/b']) {
    const answer = await fetchOn(stub.current.port, `http://globex.localhost${path}`)
    expect([answer.status, await answer.text()]).toEqual([200, 'answered'])
  }
  expect(asked).toEqual(['GET /a globex ', 'GET /b globex '])
}

test.each([
  'Content-Length: 5\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: chunked\r\nContent-Length: 5',
  'Content-Length: 0\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: chunked\r\nContent-Length: 0',
  'Content-Length: 5\r\nContent-Length: 5',
  'Content-Length: 5\r\nContent-Length: 6',
  'Content-Length: 5\r\ncontent-length: 0',
  'Content-Length: 5, 5',
  'Content-Length: 5,6',
  'Content-Length: +5',
  'Content-Length: -5',
  'Content-Length: 5.0',
  'Content-Length: 5 5',
  'Content-Length: 05',
  'Content-Length: 00',
  'Content-Length: 00000000000000000005',
  'Content-Length: 0x5',
  'Content-Length: 5e0',
  'Content-Length: five',
  'Content-Length: "5"',
  'Content-Length:',
  'Content-Length: 99999999999999999999999',
  'Transfer-Encoding: ,chunked',
  'Transfer-Encoding: chunked,',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding: identity, chunked',
  'Transfer-Encoding: chunked, chunked',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: gzip',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding: chunkedx',
  'Transfer-Encoding: identity',
  'Transfer-Encoding: identity\r\nContent-Length: 5',
  'Transfer-Encoding: "chunked"',
  'Transfer-Encoding: chunked;q=1',
  'Transfer-Encoding: chun ked',
  'Transfer-Encoding: \u000bchunked',
  'Transfer-Encoding: chunked\u000c',
  'Transfer-Encoding:',
  'Transfer-Encoding:\r\nContent-Length: 5',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
  'Transfer-Encoding: identity\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding:\r\n chunked',
  'Transfer-Encoding:\r\n\tchunked',
  'Content-Length: 5\r\n Transfer-Encoding: chunked',
  'Content-Length: 0\r\n 5',
  'X-A: b\r\n c',
  'X-A: b\r\n\tc',
  ' X-A: b',
  'Content-Length : 5',
  'Content-Length\t: 5',
  'Transfer-Encoding : chunked',
  'Transfer-Encoding\u0000: chunked',
  'X-A: b\nContent-Length: 5',
  'X-A: b\rContent-Length: 5',
  'X-A: b\r\rContent-Length: 5',
  'X-A: b\n\nX-B: c',
  'X-A: b\u0000c',
  ': b',
  'X(A): b',
  'X-\u00c4: b',
  'X-A',
])('refused, with all that follows: %j', async (lines) => {
  for (const host of ['acme.localhost', 'nobody.localhost', 'www.acme.test']) {
    const head = `POST /first HTTP/1.1\r\nHost: ${host}\r\n${lines}\r\n\r\n`
    expect(await refusal(stub.current, `${head}0\r\n\r\n${INNER}`)).toMatchObject({ status: 400 })
  }
  await expectSound()
})

test.each([
  'GET / HTTP/1.1\nHost: acme.localhost\n\n',
  'GET / HTTP/1.1\r\nHost: acme.localhost\n\r\n',
  'GET / HTTP/1.1\r\nHost: acme.localhost\r\n\n',
  'GET / HTTP/1.1\rHost: acme.localhost\r\r',
  'GET / HTTP/1.1\r\n Host: acme.localhost\r\n\r\n',
  ' GET / HTTP/1.1\r\nHost: acme.localhost\r\n\r\n',
  'GET / HTTP/1.1 \r\nHost: acme.localhost\r\n\r\n',
  'GET /\r\nHost: acme.localhost\r\n\r\n',
  'GET / HTTP/0.9\r\nHost: acme.localhost\r\n\r\n',
  'GET / HTTP/1.2\r\nHost: acme.localhost\r\n\r\n',
  'GET / HTTP/2.0\r\nHost: acme.localhost\r\n\r\n',
  'GET / HTTP/1.10\r\nHost: acme.localhost\r\n\r\n',
  'GET / http/1.1\r\nHost: acme.localhost\r\n\r\n',
  'GET / HTCPCP/1.1\r\nHost: acme.localhost\r\n\r\n',
  'POST / HTTP/1.0\r\nHost: acme.localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'POST / HTTP/1.0\r\nHost: acme.localhost\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
])('another way to write a head is none: %j', async (bytes) => {
  expect(await refusal(stub.current, `${bytes}${INNER}`)).toMatchObject({ status: 400 })
})

test.each([
  '0x5\r\nhello\r\n',
  '5 \r\nhello\r\n',
  ' 5\r\nhello\r\n',
  '+5\r\nhello\r\n',
  '-5\r\nhello\r\n',
  '5g\r\nhello\r\n',
  'g\r\nhello\r\n',
  '\r\nhello\r\n',
  ';x\r\nhello\r\n',
  '5\nhello\r\n',
  '5\rhello\r\n',
  '5;a\nb\r\nhello\r\n',
  '5;a\u0000b\r\nhello\r\n',
  '5\r\nhello\n',
  '5\r\nhelloXX',
  '5\r\nhello!\r\n',
  '5\r\nhello\r\n0\r\n\n',
  '5\r\nhello\r\n0\r\nx y: z\r\n\r\n',
  'ffffffffffffffff1\r\nhello\r\n',
  '10000000000000005\r\nhello\r\n',
  `5;${'x'.repeat(20_000)}\r\nhello\r\n`,
  '5;a="\r\n"\r\nhello\r\n',
  '5;\r\n\r\nhello\r\n',
])('a chunk like %j ends the connection, and the app gets nothing', async (chunk) => {
  const head = `POST /first HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`
  const text = await sendRaw(stub.current.port, `${head}${chunk}0\r\n\r\n${INNER}`)
  expect(parseAnswer(text)).toMatchObject({ status: 400 })
  expect(stub.current.seen).toEqual([])
  await expectSound()
})

const TRAILED = `POST /first HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n`

test.each([
  `Content-Length: ${INNER.length}`,
  'content-length: 0',
  'Content_Length: 5',
  'Transfer-Encoding: chunked',
  'X-A: b\r\ntransfer-encoding: identity',
  'Transfer_Encoding: chunked',
  'Host: globex.localhost',
  'X-A: b\nHost: globex.localhost',
  'X-A: b\r\n c',
  'Content-Length : 5',
])('trailers that frame, %j: 400, and the app gets nothing', async (lines) => {
  const bytes = `${TRAILED}${lines}\r\n\r\n${INNER}`
  expect(parseAnswer(await sendRaw(stub.current.port, bytes)).status).toBe(400)
  expect(stub.current.seen).toEqual([])
  await expectSound()
  stub.current.seen.length = 0
  // Behind another request, which has waited for its answer or not.
  const text = await sendRaw(stub.current.port, `GET /zeroth HTTP/1.1\r\n${HOST}\r\n${bytes}`)
  expect(text.match(/HTTP\/1\.1 \d{3}/g)?.at(-1)).toBe('HTTP/1.1 400')
  expect(stub.current.seen.filter((line) => line !== 'GET /zeroth')).toEqual([])
  await expectSound()
})

test.each([
  ['a chunk', 'XX\r\n'],
  ['trailers', '0\r\nContent-Length: 5\r\n\r\n'],
])(
  'a fault in %s that comes after the head: 400, and the app gets no whole request',
  async (_what, rest) => {
    const arrived = once(stub.current.app, 'request')
    const { socket, closed } = await collectRaw(stub.current.port)
    socket.write(`POST /first HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`)
    await arrived
    socket.write(`${rest}${INNER}`)
    expect(parseAnswer(await closed).status).toBe(400)
    expect(stub.current.seen).toEqual(['POST /first'])
    expect(asked).toEqual([])
    await expectSound()
  },
)

test('trailers that do not are no harm', async () => {
  const text = await sendRaw(
    stub.current.port,
    `${TRAILED}X-Sum: 1\r\nX-Tenant-Id: globex\r\n\r\n${LAST}`,
  )
  expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2)
  expect(asked).toEqual(['POST /first acme hello', 'GET /last acme '])
})

test.each([
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'REPORT',
  'M-SEARCH',
])(
  '%s with a body: it arrives as a body, and the next request is answered for itself',
  async (method) => {
    for (const [framing, body] of [
      [`Content-Length: ${INNER.length}`, INNER],
      ['Transfer-Encoding: chunked', CHUNKED_INNER],
      ['Transfer-Encoding: CHUNKED', CHUNKED_INNER],
      ['Connection: transfer-encoding\r\nTransfer-Encoding: chunked', CHUNKED_INNER],
      [`Connection: content-length\r\nContent-Length: ${INNER.length}`, INNER],
    ]) {
      asked.length = 0
      const first = `${method} /first HTTP/1.1\r\n${HOST}${framing}\r\n\r\n${body}`
      const text = await sendRaw(stub.current.port, first + first + LAST)
      expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3)
      const whole = `${method} /first acme ${INNER}`
      expect(asked).toEqual([whole, whole, 'GET /last acme '])
    }
    if (isForwarded()) expect(sockets.size).toBe(1)
    await expectSound()
  },
)

test('a body that comes in pieces, each after the answer to none of them, stays one body', async () => {
  const { socket, closed } = await collectRaw(stub.current.port)
  socket.write(`DELETE /first HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n`)
  for (const piece of [
    '\r\n',
    '4',
    '4\r\n',
    INNER.slice(0, 30),
    INNER.slice(30),
    '\r\n0',
    '\r\n\r\n',
  ]) {
    socket.write(piece)
    await fetchOn(stub.current.port, 'http://globex.localhost/between')
  }
  socket.write(LAST)
  expect((await closed).match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2)
  expect(asked.filter((line) => !line.includes('/between'))).toEqual([
    `DELETE /first acme ${INNER}`,
    'GET /last acme ',
  ])
})

test.each([
  ['DELETE', `Content-Length: ${INNER.length}`, INNER],
  ['DELETE', 'Transfer-Encoding: chunked', CHUNKED_INNER],
  ['POST', `Content-Length: ${INNER.length}`, INNER],
  ['GET', 'Host: globex.localhost', ''],
])('%s with %s behind a thousand headers: 431', async (method, line, body) => {
  for (const filler of ['a:\r\n'.repeat(1100), names(1100)]) {
    const head = `${method} /first HTTP/1.1\r\n${HOST}${filler}${line}\r\n\r\n`
    expect(await refusal(stub.current, `${head}${body}${LAST}`)).toMatchObject({ status: 431 })
  }
  await expectSound()
})

test('as many headers as a tenant may take, and a body, arrive whole', async () => {
  const head = `DELETE /first HTTP/1.1\r\n${names(97)}${HOST}Content-Length: ${INNER.length}\r\n\r\n`
  const text = await sendRaw(stub.current.port, `${head}${INNER}${LAST}`)
  expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2)
  expect(asked).toEqual([`DELETE /first acme ${INNER}`, 'GET /last acme '])
})

test.each([
  ['POST', 'h2c', `Content-Length: ${INNER.length}`, INNER],
  ['POST', 'h2c', 'Transfer-Encoding: chunked', CHUNKED_INNER],
  ['GET', 'websocket', `Content-Length: ${INNER.length}`, INNER],
  ['GET', 'websocket', 'Transfer-Encoding: chunked', CHUNKED_INNER],
  ['DELETE', 'anything', 'Content-Length: 1000', ''],
])(
  '%s with Upgrade: %s and %s: 400, and nothing waits for a body',
  async (method, to, line, body) => {
    const head = `${method} /first HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: ${to}\r\n${line}\r\n\r\n`
    expect(await refusal(stub.current, `${head}${body}`)).toMatchObject({ status: 400 })
    await expectSound()
  },
)

test.each([
  ['a malformed Host', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', 400],
  ['a target that contradicts it', `GET http://x/ HTTP/1.1\r\n${HOST}\r\n`, 400],
  [
    'an odd coding',
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: x, chunked\r\n\r\n0\r\n\r\n`,
    400,
  ],
  [
    'an unknown host and a body',
    'POST / HTTP/1.1\r\nHost: no.test\r\nContent-Length: 1\r\n\r\nx',
    404,
  ],
])('what stands behind %s is never served', async (_what, bytes, status) => {
  expect(await refusal(stub.current, `${bytes}${LAST}${LAST}`)).toMatchObject({ status: status })
})

test('pipelined requests are served one after the other, in their order', async () => {
  const held: ServerResponse[] = []
  await using own = await startStubbed((req, res) => {
    if (req.url === '/other') res.end()
    else held.push(res)
  })
  const { socket, closed } = await collectRaw(own.port)
  const first = once(own.app, 'request')
  socket.write(
    `POST /1 HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\nhiGET /2 HTTP/1.1\r\n${HOST}\r\n${LAST}`,
  )
  for (const [i, turn] of [first, once(own.app, 'request'), once(own.app, 'request')].entries()) {
    await turn
    await fetchOn(own.port, 'http://globex.localhost/other')
    expect(held).toHaveLength(i + 1)
    held[i]?.end(`answer ${i + 1}`)
  }
  expect((await closed).match(/answer \d/g)).toEqual(['answer 1', 'answer 2', 'answer 3'])
  expect(own.seen.filter((line) => line !== 'GET /other')).toEqual([
    'POST /1',
    'GET /2',
    'GET /last',
  ])
})

test('pipelined requests of a client that leaves are never served, and none is counted for ever', async () => {
  const answers: ServerResponse[] = []
  await using own = await startStubbed((_req, res) => void answers.push(res), {
    gateway: { shutdownTimeout: '1m' },
  })
  const socket = await connectRaw(own.port)
  const first = once(own.app, 'request')
  socket.write(`GET /1 HTTP/1.1\r\n${HOST}\r\n`.repeat(50))
  await first
  const [answer] = answers
  const left = once(answer as ServerResponse, 'close')
  socket.resetAndDestroy()
  await left
  const before = performance.now()
  await own.gateway.close()
  expect(performance.now() - before).toBeLessThan(30_000)
  expect(own.seen).toEqual(['GET /1'])
})

test('a client that sends more than a hundred requests ahead is cut off', async () => {
  await using own = await startStubbed(() => {})
  const text = await sendRaw(own.port, `GET /1 HTTP/1.1\r\n${HOST}\r\n`.repeat(102))
  expect(text).toBe('')
  expect(own.seen.length).toBeLessThan(2)
})

test('a client that sends heads of more than 64 KB ahead is cut off', async () => {
  await using own = await startStubbed(() => {})
  const head = `GET /1 HTTP/1.1\r\n${HOST}X: ${'x'.repeat(8000)}\r\n\r\n`
  expect(await sendRaw(own.port, head.repeat(10))).toBe('')
  expect(own.seen.length).toBeLessThan(2)
})

test('of many clients that send ahead, the last ones are cut off; the place of those that leave is free', async () => {
  await using own = await startStubbed(() => {})
  const ahead = `GET /1 HTTP/1.1\r\n${HOST}\r\n`.repeat(101)
  const flood = async (): Promise<number> => {
    const sockets = await Promise.all(Array.from({ length: 25 }, () => connectRaw(own.port)))
    let closed = 0
    const fifthClosed = new Promise<void>((resolve) => {
      for (const socket of sockets) {
        socket.on('error', () => {}).once('close', () => ++closed === 5 && resolve())
        socket.resume().write(ahead)
      }
    })
    await fifthClosed
    // What came before it is read.
    await fetchOn(own.port, 'http://nobody.localhost/')
    const found = closed
    for (const socket of sockets) socket.destroy()
    return found
  }
  expect(await flood()).toBe(5)
  // The gateway hears a moment later that they have left.
  let found = 0
  for (let turn = 0; turn < 20 && found !== 5; turn++) found = await flood()
  expect(found).toBe(5)
})

test('a hundred requests ahead are answered', async () => {
  const text = await sendRaw(stub.current.port, `GET /1 HTTP/1.1\r\n${HOST}\r\n`.repeat(100) + LAST)
  expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(101)
})

// An app in the gateway's own process has no connection of its own.
if (isForwarded()) {
  test.each(['end', 'resetAndDestroy'] as const)(
    'an app that answers before the body, a client that leaves with %s: that connection to the app closes',
    async (leave) => {
      await using own = await startStubbed((_req, res) => res.end('early'))
      const connected = once(own.app, 'connection') as Promise<[Socket]>
      const socket = await connectRaw(own.port)
      socket.write(`POST /1 HTTP/1.1\r\n${HOST}Content-Length: 1000\r\n\r\n0123456789`)
      const [inner] = await connected
      const closed = new Promise((resolve) => inner.once('close', resolve))
      await readUntil(socket, 'early')
      socket[leave]()
      await closed
      expect(inner.destroyed).toBe(true)
    },
  )
}

test('an app that answers before the body: the rest of the body is no request', async () => {
  await using own = await startStubbed((_req, res) => res.end('early'))
  const { socket, closed } = await collectRaw(own.port)
  const body = INNER.repeat(10)
  socket.write(`POST /1 HTTP/1.1\r\n${HOST}Content-Length: ${body.length}\r\n\r\n${INNER}`)
  await once(socket, 'data')
  socket.write(body.slice(INNER.length) + LAST)
  expect((await closed).match(/early/g)).toHaveLength(2)
  expect(own.seen).toEqual(['POST /1', 'GET /last'])
})

/** So many headers of different names. */
function names(count: number): string {
  return Array.from({ length: count }, (_, i) => `a${i}:\r\n`).join('')
}
