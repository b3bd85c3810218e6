import { once } from 'node:events'
import type { IncomingMessage, RequestListener } from 'node:http'
import type { Socket } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { expectFree } from '../support/held.ts'
import { connectRaw, fetchOn, sendRaw } from '../support/http.ts'
import { startStubbed, type StubbedGateway } from '../support/stub-app.ts'
import { acceptWebSockets, openWebSocket } from '../support/web-sockets.ts'

// Each limit of time ends what it is about, with its status, and nothing else. Where something must happen within a limit, it
// is long enough for a busy machine; so tests run at once.
const HOST = 'Host: acme.localhost\r\n'
const URL = 'http://acme.localhost'

function start(limits: object, handler: RequestListener = () => {}): Promise<StubbedGateway> {
  return startStubbed(handler, { gateway: { limits: { tenant: limits } } })
}

/** The access line of the only request, when it has ended. */
async function lineOf(stub: StubbedGateway): Promise<Record<string, unknown>> {
  await stub.event('request', 'acme')
  return stub.log.find((line) => line['event'] === 'request') ?? {}
}

describe('a body that does not arrive', () => {
  test.concurrent.each([
    ['of which nothing comes', `Content-Length: 5\r\n\r\n`],
    ['that stops half way', `Content-Length: 5\r\n\r\nab`],
    ['in chunks that stop', `Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n`],
  ])('%s: 408 after bodyIdleTimeout', async (_what, rest) => {
    await using stub = await start({ bodyIdleTimeout: '300ms' })
    const text = await sendRaw(stub.port, `POST / HTTP/1.1\r\n${HOST}${rest}`)
    expect(text).toMatch(/^HTTP\/1\.1 408 [^]*\r\nconnection: close\r\n/)
    expect(await lineOf(stub)).toMatchObject({ status: 408, limit: 'bodyIdleTimeout' })
    await expectFree(stub)
  })

  test.concurrent('byte by byte: 408 after bodyTimeout, and the app is told', async () => {
    await using stub = await start({ bodyTimeout: '4s', bodyIdleTimeout: '8s' })
    const asked = once(stub.app, 'request') as Promise<[IncomingMessage]>
    const socket = await connectRaw(stub.port)
    const text = socket.setEncoding('latin1').toArray() as Promise<string[]>
    socket.write(`POST / HTTP/1.1\r\n${HOST}Content-Length: 1000\r\n\r\nx`)
    const timer = setInterval(() => socket.write('x'), 50)
    const [req] = await asked
    await new Promise((resolve) => req.once('close', resolve))
    expect(req.complete).toBe(false)
    expect((await text.finally(() => clearInterval(timer))).join('')).toMatch(/^HTTP\/1\.1 408 /)
    expect(await lineOf(stub)).toMatchObject({ status: 408, limit: 'bodyTimeout' })
    await expectFree(stub)
  })

  test.concurrent('behind an answer that has begun: the answer is broken off', async () => {
    await using stub = await start({ bodyIdleTimeout: '4s' }, (_req, res) => void res.write('a'))
    const text = await sendRaw(stub.port, `POST / HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nab`)
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200'])
    expect(await lineOf(stub)).toMatchObject({ limit: 'bodyIdleTimeout', aborted: true })
  })

  test.concurrent('behind an answer that is complete: the connection is closed after bodyTimeout', async () => {
    await using stub = await startStubbed((_req, res) => res.end('early'), {
      gateway: {
        listen: { headersTimeout: '300ms' },
        limits: { tenant: { bodyTimeout: '300ms' } },
      },
    })
    let text: string
    // On a busy machine the head or the answer may come too late, and the client asks again.
    do text = await sendRaw(stub.port, `POST / HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nab`)
    while (text.startsWith('HTTP/1.1 408'))
    expect(text).toMatch(/^HTTP\/1\.1 200 [^]*early/)
    await expectFree(stub)
  })

  test.concurrent('because the app does not read it: 504, as it is not the fault of the client', async () => {
    await using stub = await start({ bodyIdleTimeout: '4s', responseTimeout: '5s' })
    const socket = await connectRaw(stub.port)
    const text = socket.setEncoding('latin1').toArray() as Promise<string[]>
    socket.write(`POST / HTTP/1.1\r\n${HOST}Content-Length: 50000000\r\n\r\n`)
    for (let i = 0; i < 50; i++) socket.write('x'.repeat(1_000_000))
    expect((await text).join('')).toMatch(/^HTTP\/1\.1 504 /)
    expect(await lineOf(stub)).toMatchObject({ status: 504, limit: 'responseTimeout' })
    await expectFree(stub)
  })
})

describe('an app that does not answer', () => {
  test.concurrent('504 after responseTimeout, and the app is told', async () => {
    await using stub = await start({ responseTimeout: '4s' })
    const asked = once(stub.app, 'request') as Promise<[IncomingMessage]>
    const answer = await fetchOn(stub.port, URL)
    expect([answer.status, answer.headers.get('connection')]).toEqual([504, 'close'])
    const [req] = await asked
    if (!req.destroyed) await new Promise((resolve) => req.once('close', resolve))
    expect(await lineOf(stub)).toMatchObject({ status: 504, limit: 'responseTimeout' })
    await expectFree(stub)
  })

  test.concurrent('an upgrade as well: 504', async () => {
    await using stub = await start({ responseTimeout: '4s' })
    const asked = once(stub.app, 'upgrade') as Promise<[IncomingMessage, Socket]>
    const opened = openWebSocket(stub.port, 'acme.localhost')
    const [, inner] = await asked
    expect((await opened).status).toBe(504)
    await once(inner.resume(), 'end')
    await expectFree(stub)
  })

  test.concurrent('responseTimeout is for the first byte alone', async () => {
    await using stub = await start({ responseTimeout: '4s' }, (_req, res) => {
      res.write('first')
      setTimeout(() => res.end('last'), 4600)
    })
    expect(await (await fetchOn(stub.port, URL)).text()).toBe('firstlast')
  })

  test.concurrent('it counts from the end of the body on', async () => {
    await using stub = await start({ responseTimeout: '4s' }, (req, res) => {
      req.resume().once('end', () => res.end('done'))
    })
    const socket = await connectRaw(stub.port)
    socket.write(`POST / HTTP/1.1\r\n${HOST}Content-Length: 20\r\nConnection: close\r\n\r\n`)
    let sent = 0
    const timer = setInterval(() => {
      socket.write('x')
      if (++sent === 20) clearInterval(timer)
    }, 230)
    expect((await socket.setEncoding('latin1').toArray()).join('')).toMatch(/^HTTP\/1\.1 200 /)
  })

  test.concurrent('504 after totalTimeout where nothing of the answer has come, else it is broken off', async () => {
    await using stub = await start({ totalTimeout: '4s' }, (req, res) => {
      if (req.url === '/begins') setInterval(() => res.write('x'), 50).unref()
    })
    const begun = sendRaw(stub.port, `GET /begins HTTP/1.1\r\n${HOST}\r\n`)
    expect((await fetchOn(stub.port, URL)).status).toBe(504)
    const text = await begun
    expect(text).toMatch(/^HTTP\/1\.1 200 /)
    expect(text.endsWith('0\r\n\r\n')).toBe(false)
    await stub.event('request', 'acme', (line) => line['path'] === '/begins')
    const begins = stub.log.find((line) => line['path'] === '/begins')
    expect(begins).toMatchObject({ limit: 'totalTimeout', aborted: true })
    await expectFree(stub)
  })
})

describe('a client that does not read', () => {
  test.concurrent('its connection is cut off after stallTimeout, and the app is told', async () => {
    await using stub = await start({ stallTimeout: '300ms' }, (_req, res) => {
      const write = (): void => {
        while (!res.destroyed && res.write('x'.repeat(65_536)));
      }
      res.on('drain', write)
      write()
    })
    const asked = once(stub.app, 'request') as Promise<[IncomingMessage]>
    const socket = await connectRaw(stub.port)
    socket.pause()
    socket.on('error', () => {})
    socket.write(`GET / HTTP/1.1\r\n${HOST}\r\n`)
    const [req] = await asked
    await new Promise((resolve) => req.socket.once('close', resolve))
    expect(await lineOf(stub)).toMatchObject({ status: 200, limit: 'stallTimeout', aborted: true })
    await expectFree(stub)
    socket.destroy()
  })

  test.concurrent('one that reads slowly is served to the end', async () => {
    const size = 12_000_000
    await using stub = await start({ stallTimeout: '4s' }, (_req, res) => {
      res.end(Buffer.alloc(size))
    })
    const socket = await connectRaw(stub.port)
    let read = 0
    socket.on('data', (bytes) => {
      read += bytes.length
      if (read % 5 === 0) return
      socket.pause()
      setTimeout(() => socket.resume(), 10)
    })
    socket.write(`GET / HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`)
    await once(socket, 'close')
    expect(read).toBeGreaterThan(size)
    expect(await lineOf(stub)).not.toHaveProperty('limit')
  })
})

describe('a tunnel', () => {
  test.concurrent('without a byte is cut off after tunnelIdleTimeout; one that is used is not', async () => {
    await using stub = await start({ tunnelIdleTimeout: '4s' })
    const inner = acceptWebSockets(stub)
    const idle = await openWebSocket(stub.port, 'acme.localhost', '/idle')
    const used = await openWebSocket(stub.port, 'acme.localhost', '/used')
    const timer = setInterval(() => used.socket.write('ping'), 100)
    await new Promise((resolve) => idle.socket.resume().once('close', resolve)).finally(() =>
      clearInterval(timer),
    )
    used.socket.write('last')
    for await (const bytes of used.socket.iterator({ destroyOnReturn: false })) {
      if (String(bytes).includes('last')) break
    }
    expect(inner.size).toBe(2)
    expect(await lineOf(stub)).toMatchObject({ path: '/idle', limit: 'tunnelIdleTimeout' })
    used.socket.destroy()
    await expectFree(stub)
  })

  test.concurrent('whose client does not read is cut off after stallTimeout', async () => {
    await using stub = await start({ stallTimeout: '4s' })
    stub.app.on('upgrade', (_req, socket: Socket) => {
      socket.on('error', () => {})
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      )
      const write = (): void => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65_536)));
      }
      socket.on('drain', write)
      write()
    })
    const { socket, status } = await openWebSocket(stub.port, 'acme.localhost')
    expect(status).toBe(101)
    socket.pause()
    expect(await lineOf(stub)).toMatchObject({ status: 101, limit: 'stallTimeout' })
    await expectFree(stub)
    socket.destroy()
  })
})
