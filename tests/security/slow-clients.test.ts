import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { expectFree } from '../support/held.ts'
import { connectRaw, fetchOn } from '../support/http.ts'
import { startStubbed, type StubbedGateway } from '../support/stub-app.ts'

// Clients that send or read as slowly as they can, many of them at once: others are served beside them, what they hold is
// bounded, and all of it is given back.
const HOST = 'Host: acme.localhost\r\n'
const CROWD = 100
/** Each of them makes the kernel hold some megabytes. */
const READERS = 20
const CHUNK = Buffer.alloc(65_536)
const LIMITS = {
  connections: CROWD + 20,
  tenant: { bodyIdleTimeout: '1s', bodyTimeout: '2s', stallTimeout: '1s', requests: CROWD + 10 },
}

interface Crowd {
  readonly sockets: readonly Socket[]
  /** Settles when the gateway has closed all of them. */
  readonly gone: Promise<unknown>
}

/** Opens many connections that send this and then trickle on, byte by byte. */
async function crowd(
  stub: StubbedGateway,
  bytes: string,
  trickle = '',
  count = CROWD,
): Promise<Crowd> {
  const sockets = await Promise.all(Array.from({ length: count }, () => connectRaw(stub.port)))
  const gone = sockets.map((socket) => {
    socket.on('error', () => {})
    socket.write(bytes)
    const timer = setInterval(() => trickle !== '' && socket.writable && socket.write(trickle), 100)
    return new Promise((resolve) => socket.once('close', resolve)).finally(() =>
      clearInterval(timer),
    )
  })
  return { sockets, gone: Promise.all(gone) }
}

async function expectServed(stub: StubbedGateway): Promise<void> {
  for (const host of ['acme.localhost', 'globex.localhost']) {
    const ask = async (): Promise<number> =>
      (await fetchOn(stub.port, `http://${host}/served`)).status
    let status = await ask()
    // A busy machine may be late with the head.
    while (status === 408) status = await ask()
    expect(status).toBe(200)
  }
}

test.each([
  ['that say nothing', '', ''],
  ['whose heads trickle', `GET / HTTP/1.1\r\n${HOST}X-A: `, 'x'],
  ['that say nothing behind an answer', `GET /served HTTP/1.1\r\n${HOST}\r\n`, ''],
  ['whose bodies do not come', `POST / HTTP/1.1\r\n${HOST}Content-Length: 9999\r\n\r\n`, ''],
  ['whose bodies trickle', `POST / HTTP/1.1\r\n${HOST}Content-Length: 9999\r\n\r\n`, 'x'],
  [
    'whose chunks trickle',
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`,
    '1\r\nx\r\n',
  ],
  ['that go on behind garbage', '\u0000garbage\r\n\r\n', 'x'],
  ['that go on behind CONNECT', `CONNECT a:1 HTTP/1.1\r\n${HOST}\r\n`, 'x'],
])(
  'a hundred clients %s: others are served, and all are gone in the end',
  async (_what, bytes, trickle) => {
    await using stub = await startStubbed(
      (req, res) => {
        if (req.url === '/served') res.end()
        else req.resume()
      },
      {
        gateway: { listen: { headersTimeout: '1s', keepAliveTimeout: '1s' }, limits: LIMITS },
      },
    )
    const { sockets, gone } = await crowd(stub, bytes, trickle)
    await expectServed(stub)
    for (const socket of sockets) socket.resume()
    await gone
    await expectFree(stub)
    await expectServed(stub)
  },
)

test('an idle connection is kept for longer than its client is told', async () => {
  await using stub = await startStubbed((_req, res) => res.end(), {
    gateway: { listen: { keepAliveTimeout: '1s' } },
  })
  const asked = performance.now()
  const socket = connect({ host: '127.0.0.1', port: stub.port })
  socket.write(`GET / HTTP/1.1\r\n${HOST}\r\n`)
  const [head] = (await once(socket.setEncoding('latin1'), 'data')) as [string]
  expect(head).toContain('Keep-Alive: timeout=1\r\n')
  await once(socket, 'close')
  expect(performance.now() - asked).toBeGreaterThan(1500)
})

test('a hundred clients that keep their side of a closed connection open are cut off', async () => {
  await using stub = await startStubbed((_req, res) => res.end())
  const sockets = Array.from({ length: CROWD }, (_, i) => {
    const socket = connect({ host: '127.0.0.1', port: stub.port, allowHalfOpen: true })
    socket.on('error', () => {}).resume()
    socket.write(i % 2 === 0 ? '\u0000garbage\r\n\r\n' : `CONNECT a:1 HTTP/1.1\r\n${HOST}\r\n`)
    return socket
  })
  await Promise.all(sockets.map((socket) => once(socket, 'end')))
  await expectFree(stub)
  expect(stub.seen).toEqual([])
  for (const socket of sockets) socket.destroy()
})

test('clients that do not read: the app is held back, others are served, all are cut off', async () => {
  let written = 0
  await using stub = await startStubbed(
    (req, res) => {
      if (req.url === '/served') {
        res.end()
        return
      }
      const write = (): void => {
        for (let more = true; more && !res.destroyed; written += 65_536) more = res.write(CHUNK)
      }
      res.on('drain', write)
      write()
    },
    { gateway: { limits: { ...LIMITS, tenant: { ...LIMITS.tenant, stallTimeout: '3s' } } } },
  )
  const before = process.memoryUsage().arrayBuffers
  const readers = await crowd(stub, `GET / HTTP/1.1\r\n${HOST}\r\n`, '', READERS)
  await expectServed(stub)
  await expectFree(stub)
  // What the buffers of the kernel take on both sides of the gateway is most of it.
  expect(written / READERS).toBeLessThan(16_000_000)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64_000_000)
  expect(stub.log.filter((line) => line['limit'] === 'stallTimeout')).toHaveLength(READERS)
  for (const socket of readers.sockets) socket.destroy()
})

test('more slow clients than connections: the rest is refused, and place is made', async () => {
  await using stub = await startStubbed((_req, res) => res.end(), {
    gateway: {
      listen: { headersTimeout: '2s' },
      limits: { connections: CROWD / 2, tenant: { requests: 10 } },
    },
  })
  const { sockets, gone } = await crowd(stub, 'GET / HTTP/1.1\r\n')
  expect(stub.gateway.held.connections).toBeLessThanOrEqual(CROWD / 2)
  for (const socket of sockets) socket.resume()
  await gone
  await expectFree(stub)
  await expectServed(stub)
})
