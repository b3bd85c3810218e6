import { once } from 'node:events'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { fetchOn, sendRaw } from '../support/http.ts'
import { startStubbed, type StubbedGateway } from '../support/stub-app.ts'
import { parseAnswer } from './support.ts'

// Where an answer of an app ends is seen alike by the gateway and the client, or the answer is refused.

const HOST = 'Host: acme.localhost\r\n'
const POISON = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison'

let stub: StubbedGateway
/** What the app writes for each request. */
let answer: (socket: Socket, head: string) => void
/** Connections to the app so far. */
let connections = 0

beforeEach(async () => {
  stub = await startStubbed(() => {})
  connections = 0
  stub.app.removeAllListeners('connection').on('connection', (socket: Socket) => {
    connections++
    socket.on('error', () => {})
    socket.setEncoding('latin1').on('data', (head) => answer(socket, String(head)))
  })
})

afterEach(() => stub[Symbol.asyncDispose]() as Promise<void>)

const GOOD = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood'

/** The gateway is still sound: requests get their own answers. */
async function expectSound(): Promise<void> {
  answer = (socket) => socket.write(GOOD)
  for (let i = 0; i < 3; i++) {
    const response = await fetchOn(stub.port, 'http://globex.localhost/')
    expect([response.status, await response.text()]).toEqual([200, 'good'])
  }
}

test.each([
  'HTTP/1.1 200 OK\nContent-Length: 6\n\npoison',
  'HTTP/1.1 200 OK\r\nContent-Length: 6\n\r\npoison',
  'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\npoison',
  'HTTP/1.1 200 OK\r\nContent-Length: 6\r\nContent-Length: 6\r\n\r\npoison',
  'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 6\r\n\r\npoison',
  'HTTP/1.1 200 OK\r\nContent-Length: 6, 6\r\n\r\npoison',
  'HTTP/1.1 200 OK\r\nContent-Length: +6\r\n\r\npoison',
  'HTTP/1.1 200 OK\r\nContent-Length: -6\r\n\r\npoison',
  'HTTP/1.1 200 OK\r\nContent-Length: 0x6\r\n\r\npoison',
  'HTTP/1.1 200 OK\r\nContent-Length: 06\r\n\r\npoison',
  'HTTP/1.1 200 OK\r\nContent-Length: 0000000000000000000000006\r\n\r\npoison',
  'HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\npoison',
  'HTTP/1.1 200 OK\r\nContent-Length : 6\r\n\r\npoison',
  'HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\npoison',
  'HTTP/1.1 200 OK\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\npoison',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\npoison',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n6\r\npoison\r\n0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n6\r\npoison\r\n0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n6\r\npoison\r\n0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, identity\r\n\r\n6\r\npoison\r\n0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\npoison',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\npoison',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: \u000bchunked\r\n\r\npoison',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\n\r\n6\r\npoison\r\n0\r\n\r\n',
  'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\npoison\r\n0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\nContent-Length: 6\r\n\r\npoison',
  'HTTP/1.1 200 OK\r\nX-A: b\rSet-Cookie: c\r\nContent-Length: 6\r\n\r\npoison',
  'HTTP/1.1 200 OK\r\nX-A: b\u0000c\r\nContent-Length: 6\r\n\r\npoison',
  'HTTP/1.1 200 OK\r\nX A: b\r\nContent-Length: 6\r\n\r\npoison',
  'HTTP/1.1 200 OK\r\n: b\r\nContent-Length: 6\r\n\r\npoison',
  'HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 6\r\n\r\npoison',
  'HTTP/1.1 200 O\rK\r\nContent-Length: 6\r\n\r\npoison',
  'HTTP/1.1 2000 OK\r\nContent-Length: 6\r\n\r\npoison',
  'HTTP/1.1 20 OK\r\nContent-Length: 6\r\n\r\npoison',
  'HTTP/1.1 099 OK\r\nContent-Length: 6\r\n\r\npoison',
  'HTTP/2.0 200 OK\r\nContent-Length: 6\r\n\r\npoison',
  'HTTP/1.2 200 OK\r\nContent-Length: 6\r\n\r\npoison',
  'ICY 200 OK\r\nContent-Length: 6\r\n\r\npoison',
  'GET / HTTP/1.1\r\nHost: a\r\n\r\npoison',
  'poison\r\n\r\n',
  '\u0015\u0003\u0001\u0000\u0002\u0002\u0050',
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\npoison',
])('no answer: %j', async (bytes) => {
  answer = (socket) => socket.end(bytes, 'latin1')
  const text = await sendRaw(stub.port, `GET /first HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`)
  expect(parseAnswer(text).status).toBe(502)
  expect(text).not.toMatch(/poison|Set-Cookie/i)
  await expectSound()
})

test.each([
  ['in the same packet', (socket: Socket) => socket.write(GOOD + POISON)],
  [
    'in the next one',
    (socket: Socket) => {
      socket.write(GOOD)
      setImmediate(() => socket.write(POISON))
    },
  ],
  ['a part of it', (socket: Socket) => socket.write(`${GOOD}HTTP/1.1 200 OK\r\nContent-Le`)],
  ['garbage', (socket: Socket) => socket.write(`${GOOD}poison\r\n\r\n`)],
])('an answer that nobody asked for, %s: no other request gets it', async (_what, write) => {
  const tails: Promise<unknown>[] = []
  answer = (socket) => {
    write(socket)
    tails.push(once(socket, 'close'))
  }
  for (let i = 0; i < 5; i++) {
    const response = await fetchOn(stub.port, `http://acme.localhost/${i}`)
    expect([response.status, await response.text()]).toEqual([200, 'good'])
  }
  await expectSound()
})

test.each([
  ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison'],
  ['HEAD', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\npoison\r\n0\r\n\r\n'],
  ['GET', 'HTTP/1.1 204 No Content\r\nContent-Length: 6\r\n\r\npoison'],
  ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\npoison'],
])('%s, and a body that may not be there: %j', async (method, bytes) => {
  answer = (socket) => socket.write(bytes)
  const first = `${method} /first HTTP/1.1\r\n${HOST}\r\n`
  const text = await sendRaw(
    stub.port,
    `${first}${first}${first.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')}`,
  )
  expect(text).not.toContain('poison')
  await expectSound()
})

test('connections that gave what is no answer are not used again', async () => {
  answer = (socket) => socket.write(GOOD + POISON)
  for (let i = 0; i < 4; i++) await (await fetchOn(stub.port, 'http://acme.localhost/')).text()
  expect(connections).toBe(4)
})
