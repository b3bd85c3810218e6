import { once } from 'node:events'
import type { Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { readUntil } from '../security/support.ts'
import { connectRaw, sendRaw } from '../support/http.ts'
import { startStubbed } from '../support/stub-app.ts'

// A WebSocket handshake that the app never answers is given up.

const HANDSHAKE =
  'GET /ws HTTP/1.1\r\nHost: acme.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n'

test('it gets 504, and both sockets close', async () => {
  await using stub = await startStubbed((_req, res) => res.end(), {
    gateway: { webSockets: { handshakeTimeout: '50ms' } },
  })
  const upgraded = once(stub.app, 'upgrade') as Promise<[unknown, Socket]>
  const answered = sendRaw(stub.port, HANDSHAKE)
  const [, inner] = await upgraded
  const left = once(inner.resume(), 'end')
  const answer = await answered
  await left
  expect(answer).toMatch(/^HTTP\/1\.1 504 Gateway Timeout\r\n/)
  expect(answer).toContain('APP_TIMEOUT')
  inner.destroy()
  await stub.event('request', 'acme', (line) => line['status'] === 504)
  expect(stub.log.filter((line) => line['event'] === 'request')).toHaveLength(1)
})

test('an answer after that goes nowhere, and the gateway lives on', async () => {
  await using stub = await startStubbed((_req, res) => res.end('alive'), {
    gateway: { webSockets: { handshakeTimeout: '50ms' } },
  })
  stub.app.on('upgrade', (_req, socket: Socket) => {
    socket.resume().on('error', () => {})
    socket.once('end', () => {
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\r\n')
    })
  })
  const answer = await sendRaw(stub.port, HANDSHAKE)
  expect(answer).not.toContain('101')
  const plain = 'GET / HTTP/1.1\r\nHost: acme.localhost\r\nConnection: close\r\n\r\n'
  expect(await sendRaw(stub.port, plain)).toContain('alive')
})

test('a tunnel that stands when the time is over stays', async () => {
  await using stub = await startStubbed((_req, res) => res.end(), {
    gateway: { webSockets: { handshakeTimeout: '1s' } },
  })
  stub.app.on('upgrade', (req, socket: Socket) => {
    socket.on('error', () => {})
    if (req.url === '/never') socket.once('end', () => socket.destroy()).resume()
    else {
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      )
      socket.pipe(socket)
    }
  })
  const tunnel = await connectRaw(stub.port)
  tunnel.write(HANDSHAKE)
  await readUntil(tunnel, '\r\n\r\n')
  // Asked for later, given up later: the tunnel's time is over by then.
  expect(await sendRaw(stub.port, HANDSHAKE.replace('/ws', '/never'))).toMatch(/^HTTP\/1\.1 504 /)
  tunnel.write('ping')
  expect(await readUntil(tunnel, 'ping')).toBe('ping')
  tunnel.destroy()
})
