import { once } from 'node:events'
import type { Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { connectRaw, fetchOn, sendRaw } from '../support/http.ts'
import { startStubbed } from '../support/stub-app.ts'
import { acceptWebSockets, handshake } from '../support/web-sockets.ts'

async function readUntil(socket: Socket, text: string): Promise<string> {
  let all = ''
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    all += String(chunk)
    if (all.includes(text)) return all
  }
  return all
}

test('a WebSocket is tunnelled both ways, to the tenant of its host', async () => {
  await using stub = await startStubbed((_req, res) => res.end())
  acceptWebSockets(stub)
  for (const tenant of ['acme', 'globex']) {
    const socket = await connectRaw(stub.port)
    socket.write(handshake(`${tenant}.localhost`))
    expect(await readUntil(socket, '\r\n\r\n')).toContain(`x-tenant: ${tenant}`)
    socket.write('ping')
    expect(await readUntil(socket, 'ping')).toBe('ping')
    socket.destroy()
  }
})

test('a client that leaves closes the socket in the app, and one line is logged', async () => {
  await using stub = await startStubbed((_req, res) => res.end())
  const [inner] = await Promise.all([
    once(stub.app, 'upgrade').then(([, socket]) => once(socket as Socket, 'close')),
    (async () => {
      acceptWebSockets(stub)
      const socket = await connectRaw(stub.port)
      socket.write(handshake('acme.localhost'))
      await readUntil(socket, '\r\n\r\n')
      socket.resetAndDestroy()
    })(),
  ])
  expect(inner).toBeDefined()
  await fetchOn(stub.port, 'http://acme.localhost/')
  expect(stub.log.filter((line) => line['status'] === 101)).toHaveLength(1)
})

test('200 refused upgrades leave no socket in the app or in the gateway', async () => {
  await using stub = await startStubbed((_req, res) => res.end())
  let open = 0
  stub.app.on('connection', (socket) => {
    open++
    socket.once('close', () => open--)
  })
  stub.app.on('upgrade', (_req, socket) => {
    socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
  })
  const answers = await Promise.all(
    Array.from({ length: 200 }, () => sendRaw(stub.port, handshake('acme.localhost'))),
  )
  expect(new Set(answers.map((answer) => answer.slice(0, 12)))).toEqual(new Set(['HTTP/1.1 404']))
  await stub.gateway.close()
  expect(open).toBe(0)
})

test('a switch of protocols says what any other answer may say, and no more', async () => {
  await using stub = await startStubbed((_req, res) => res.end(), {
    files: {
      'config/tenants/acme.json': { hosts: ['acme.localhost'], headers: { 'x-of-config': 'yes' } },
    },
  })
  stub.app.on('upgrade', (_req, socket: Socket) => {
    socket.end(
      'HTTP/1.1 101 Switched\r\nConnection: Upgrade, x-inner\r\nUpgrade: WebSocket\r\nX-Inner: 1\r\nKeep-Alive: timeout=5\r\nX-Tenantry-Tags: a\r\nX-Request-Id: mine\r\nContent-Length: 5\r\nSec-WebSocket-Accept: \xe9\r\nX-Kept: 1\r\nX-Kept: 2\r\n\r\nhello',
      'latin1',
    )
  })
  const [head = '', body] = (await sendRaw(stub.port, handshake('acme.localhost'))).split(
    '\r\n\r\n',
  )
  const [line, ...headers] = head.split('\r\n')
  expect([line, body]).toEqual(['HTTP/1.1 101 Switched', 'hello'])
  const id = headers.find((header) => header.startsWith('x-request-id: '))
  expect(id).not.toContain('mine')
  expect(headers).toEqual([
    'Sec-WebSocket-Accept: \xe9',
    'X-Kept: 1',
    'X-Kept: 2',
    id,
    'x-of-config: yes',
    'connection: Upgrade',
    'upgrade: WebSocket',
  ])
})

test('a switch to another protocol than was asked for: 502', async () => {
  await using stub = await startStubbed((_req, res) => res.end())
  stub.app.on('upgrade', (_req, socket: Socket) => {
    socket.on('error', () => {})
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n',
    )
  })
  expect(await sendRaw(stub.port, handshake('acme.localhost'))).toMatch(/^HTTP\/1.1 502 /)
})

test('a refusal whose chunked body breaks off does not look complete', async () => {
  let breakOff: () => unknown = () => undefined
  await using stub = await startStubbed((_req, res) => {
    breakOff = () => res.destroy()
    res.writeHead(403).write('half')
  })
  const socket = await connectRaw(stub.port)
  socket.write(handshake('acme.localhost'))
  await readUntil(socket, 'half')
  breakOff()
  const [error] = (await once(socket.resume(), 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ECONNRESET')
})

test('a refusal with a chunked body keeps its framing', async () => {
  await using stub = await startStubbed((_req, res) => {
    res.writeHead(403, { 'content-type': 'text/plain' })
    res.write('not ')
    res.end('here')
  })
  const answer = await sendRaw(stub.port, handshake('acme.localhost'))
  expect(answer).toMatch(/^HTTP\/1.1 403 Forbidden\r\n/)
  expect(answer).not.toMatch(/transfer-encoding/i)
  expect(answer.split('\r\n\r\n')[1]).toBe('not here')
})

test('an app that closes the handshake: 502, and the gateway lives on', async () => {
  await using stub = await startStubbed((_req, res) => res.end('alive'))
  stub.app.on('upgrade', (_req, socket: Socket) => socket.destroy())
  expect(await sendRaw(stub.port, handshake('acme.localhost'))).toMatch(/^HTTP\/1.1 502 /)
  expect(await (await fetchOn(stub.port, 'http://acme.localhost/')).text()).toBe('alive')
})

test('an app that refuses and then breaks off does not end the gateway', async () => {
  await using stub = await startStubbed((_req, res) => res.end('alive'))
  stub.app.on('upgrade', (_req, socket: Socket) => {
    socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\nhalf', () =>
      socket.destroy(),
    )
  })
  await sendRaw(stub.port, handshake('acme.localhost'))
  expect(await (await fetchOn(stub.port, 'http://acme.localhost/')).text()).toBe('alive')
})

test.each([
  ['resets', (socket: Socket) => socket.resetAndDestroy()],
  ['closes', (socket: Socket) => socket.end()],
])('a client that %s while the handshake is pending: the app is told', async (_how, leave) => {
  await using stub = await startStubbed((_req, res) => res.end())
  const upgraded = once(stub.app, 'upgrade') as Promise<[unknown, Socket]>
  const socket = await connectRaw(stub.port)
  socket.write(handshake('acme.localhost'))
  const [, inner] = await upgraded
  inner.resume().on('error', () => {})
  const left = once(inner, 'end')
  leave(socket)
  await left
  expect(inner.readableEnded).toBe(true)
})

test('an answer as HTTP/1.1 arrives whole, however large it is', async () => {
  const size = 5_000_000
  await using stub = await startStubbed((_req, res) => res.end(Buffer.alloc(size, 'x')))
  for (const line of ['GET / HTTP/1.1\r\nUpgrade: h2c', 'PUT / HTTP/1.1\r\nUpgrade: websocket']) {
    const text = await sendRaw(
      stub.port,
      `${line}\r\nHost: acme.localhost\r\nConnection: Upgrade\r\n\r\n`,
    )
    expect(text.slice(text.indexOf('\r\n\r\n') + 4)).toHaveLength(size)
  }
})

test('Upgrade: h2c is answered as HTTP/1.1', async () => {
  await using stub = await startStubbed((req, res) =>
    res.end(`${req.method} ${req.headers.upgrade}`),
  )
  const answer = await sendRaw(
    stub.port,
    'GET / HTTP/1.1\r\nHost: acme.localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n',
  )
  expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/)
  expect(answer).toContain('GET undefined')
})

test.each([
  ['an unknown host', handshake('nobody.localhost'), '404'],
  ['a malformed host', handshake('acme.localhost/x'), '400'],
])('an upgrade for %s is refused by the gateway', async (_what, bytes, status) => {
  await using stub = await startStubbed((_req, res) => res.end())
  expect(await sendRaw(stub.port, bytes)).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(stub.seen).toEqual([])
})
