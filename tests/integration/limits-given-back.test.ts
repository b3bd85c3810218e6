import { once } from 'node:events'
import type { RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { expectFree, untilHeld } from '../support/held.ts'
import { connectRaw } from '../support/http.ts'
import { startStubbed, type StubOptions } from '../support/stub-app.ts'
import { acceptWebSockets, handshake } from '../support/web-sockets.ts'

// However an exchange ends, it gives back what it took of the limits: at the end of each story nothing is held.
const HOST = 'Host: acme.localhost\r\n'
const GET = `GET / HTTP/1.1\r\n${HOST}\r\n`
const POST = `POST / HTTP/1.1\r\n${HOST}Content-Length: 10\r\n\r\n`

const never: RequestListener = () => {}
const half: RequestListener = (_req, res) =>
  void res.writeHead(200, { 'content-length': 10 }).write('half')
const whole: RequestListener = (_req, res) => void res.end('whole')

/** An app that takes as long as it likes to start. */
const starting: StubOptions = {
  instance: (_n, _stub, signal) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error('told to stop')))
    }),
}
const failing: StubOptions = { instance: () => Promise.reject(new Error('it does not start')) }

interface Story {
  readonly handler?: RequestListener
  readonly options?: StubOptions
  readonly bytes: string
  /** When the client leaves: with the first bytes of an answer, or when the exchange is held; by itself otherwise. */
  readonly leave?: 'answered' | 'held'
}

test.each<[string, Story]>([
  ['a whole answer', { bytes: GET, leave: 'answered' }],
  [
    'a whole answer, and the client stays',
    { bytes: GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n') },
  ],
  ['answers to pipelined requests', { bytes: GET.repeat(20), leave: 'answered' }],
  [
    'pipelined requests of which the first is not answered',
    { handler: never, bytes: GET.repeat(20), leave: 'held' },
  ],
  ['an app that does not answer', { handler: never, bytes: GET, leave: 'held' }],
  ['an app that does not start', { options: starting, bytes: GET, leave: 'held' }],
  ['an app that cannot start', { options: failing, bytes: GET, leave: 'answered' }],
  ['half an answer', { handler: half, bytes: GET, leave: 'answered' }],
  [
    'an app that dies in the middle of its answer',
    {
      handler: (req, res) => {
        half(req, res)
        setImmediate(() => res.destroy())
      },
      bytes: GET,
    },
  ],
  [
    'an app that dies before its answer',
    { handler: (req) => void req.socket.destroy(), bytes: GET, leave: 'answered' },
  ],
  ['half a body', { handler: never, bytes: `${POST}abc`, leave: 'held' }],
  ['half a body that nobody waits for', { bytes: `${POST}abc`, leave: 'answered' }],
  ['half a body while the app starts', { options: starting, bytes: `${POST}abc`, leave: 'held' }],
  ['a WebSocket', { bytes: handshake('acme.localhost'), leave: 'answered' }],
  [
    'a WebSocket that the app does not answer',
    { handler: never, bytes: handshake('acme.localhost', '/silent'), leave: 'held' },
  ],
  [
    'a WebSocket while the app starts',
    { options: starting, bytes: handshake('acme.localhost'), leave: 'held' },
  ],
  [
    'a WebSocket while the app cannot start',
    { options: failing, bytes: handshake('acme.localhost') },
  ],
  [
    'another upgrade',
    { bytes: `GET / HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n` },
  ],
  [
    'a refused request',
    { bytes: `GET /${'x'.repeat(9000)} HTTP/1.1\r\n${HOST}\r\n`, leave: 'answered' },
  ],
  ['a request that is malformed', { bytes: '\u0000garbage\r\n\r\n' }],
])('%s', async (_what, { handler = whole, options, bytes, leave }) => {
  for (const how of ['destroy', 'resetAndDestroy', 'end'] as const) {
    await using stub = await startStubbed(handler, {
      gateway: { shutdownTimeout: '500ms' },
      ...options,
    })
    stub.app.on('upgrade', (req, socket: Socket) => {
      if (req.url === '/silent') socket.on('error', () => {})
    })
    if (!bytes.includes('/silent')) acceptWebSockets(stub)
    const sockets = await Promise.all(Array.from({ length: 5 }, () => connectRaw(stub.port)))
    await Promise.all(
      sockets.map(async (socket) => {
        socket.on('error', () => {})
        const closed = new Promise((resolve) => socket.once('close', resolve))
        socket.write(bytes)
        if (leave === 'held') await untilHeld(stub, { tenants: 1 })
        else await once(socket, 'data')
        socket.resume()
        if (leave !== undefined) socket[how]()
        await closed
      }),
    )
    await expectFree(stub)
  }
})

test('a client that leaves after the app was chosen and before the request was sent', async () => {
  const waiting: ServerResponse[] = []
  await using stub = await startStubbed((_req, res) => void waiting.push(res))
  for (let i = 0; i < 50; i++) {
    const socket = await connectRaw(stub.port)
    socket.on('error', () => {})
    socket.write(GET)
    setImmediate(() => socket.resetAndDestroy())
  }
  await expectFree(stub)
  expect(waiting.every((res) => !res.writableEnded)).toBe(true)
})

test('a client that closes its side in the moment in which an answer for many breaks off', async () => {
  const inner: Socket[] = []
  await using stub = await startStubbed((req, res) => {
    inner.push(req.socket)
    res.write('half')
  })
  for (let n = 0; n < 30; n++) {
    const socket = await connectRaw(stub.port)
    socket.on('error', () => {}).write(`GET /${n} HTTP/1.1\r\n${HOST}\r\n`)
    await once(socket, 'data')
    socket.end()
    // The end is sent at the end of a turn of the event loop: both arrive in the next one.
    for (let turns = n % 3; turns > 0; turns--) await new Promise(setImmediate)
    inner[n]?.on('error', () => {}).write('no chunk\r\n')
  }
  await expectFree(stub)
})
