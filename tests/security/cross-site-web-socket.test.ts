import { once } from 'node:events'
import { expect, test } from '@jest/globals'
import { connectRaw, sendRaw } from '../support/http.ts'
import { startStubbed, type StubbedGateway } from '../support/stub-app.ts'
import { parseAnswer, readUntil } from './support.ts'

// A page of another site may not open a WebSocket with the cookies of this one.

function handshake(origin: string | undefined, host = 'acme.localhost'): string {
  const line = origin === undefined ? '' : `Origin: ${origin}\r\n`
  return `GET /ws HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${line}\r\n`
}

function start(tenant: object = {}, gateway: object = {}): Promise<StubbedGateway> {
  return startStubbed((_req, res) => res.end(), {
    gateway,
    files: {
      'config/tenants/acme.json': {
        hosts: [
          'acme.localhost',
          '*.acme.test',
          { host: 'www.acme.test', redirectTo: 'acme.localhost' },
        ],
        ...tenant,
      },
    },
  })
}

async function statusOf(stub: StubbedGateway, bytes: string): Promise<number> {
  const socket = await connectRaw(stub.port)
  socket.write(bytes)
  const text = await readUntil(socket, '\r\n\r\n')
  socket.destroy()
  return Number(text.slice(9, 12))
}

function acceptAll(stub: StubbedGateway): void {
  stub.app.on('upgrade', (_req, socket) => {
    stub.seen.push('upgrade')
    socket.on('error', () => {})
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    )
  })
}

test.each([
  undefined,
  'http://acme.localhost',
  'https://acme.localhost',
  'http://acme.localhost:3000',
  'http://ACME.localhost',
  'http://shop.acme.test',
  'http://www.acme.test',
])('Origin %s is its own', async (origin) => {
  await using stub = await start()
  acceptAll(stub)
  expect(await statusOf(stub, handshake(origin))).toBe(101)
})

test.each([
  'http://globex.localhost',
  'http://evil.example',
  'http://acme.localhost.evil.example',
  'http://evil.example/acme.localhost',
  'http://acme.localhost@evil.example',
  'http://evil.example#acme.localhost',
  'http://acme.test',
  'http://a.b.acme.test',
  'null',
  '',
  'acme.localhost',
  'file://acme.localhost',
  'http://acme.localhost, http://evil.example',
])('Origin %j is refused, and the app sees nothing', async (origin) => {
  await using stub = await start()
  acceptAll(stub)
  const answer = parseAnswer(await sendRaw(stub.port, handshake(origin)))
  expect(answer.status).toBe(403)
  expect(answer.headers.get('connection')).toBe('close')
  expect(stub.seen).toEqual([])
})

test('the default tenant owns no host but the one that was asked', async () => {
  await using stub = await start({}, { defaultTenant: 'acme' })
  acceptAll(stub)
  expect(await statusOf(stub, handshake('http://any.example', 'any.example'))).toBe(101)
  expect(await statusOf(stub, handshake('http://evil.example', 'any.example'))).toBe(403)
  expect(await statusOf(stub, handshake('http://evil.example'))).toBe(403)
})

test('config may allow more, by the whole origin, or all', async () => {
  await using stub = await start({ webSockets: { origins: ['https://app.example.com'] } })
  acceptAll(stub)
  expect(await statusOf(stub, handshake('https://app.example.com'))).toBe(101)
  expect(await statusOf(stub, handshake('http://app.example.com'))).toBe(403)
  expect(await statusOf(stub, handshake('https://app.example.com:8443'))).toBe(403)
  expect(await statusOf(stub, handshake('https://app.example.com', 'globex.localhost'))).toBe(403)
  await using open = await start({ webSockets: { origins: ['*'] } })
  acceptAll(open)
  expect(await statusOf(open, handshake('null'))).toBe(101)
})

test.concurrent('a handshake that the app never answers: 504, and both connections close', async () => {
  await using stub = await start({}, { webSockets: { handshakeTimeout: '4s' } })
  const gone = new Promise((resolve) => {
    stub.app.on('upgrade', (_req, socket) => resolve(once(socket.resume(), 'end')))
  })
  const answer = parseAnswer(await sendRaw(stub.port, handshake(undefined)))
  expect(answer.status).toBe(504)
  await gone
})

test.concurrent('one that was answered stays open for longer than it had time', async () => {
  await using stub = await start({}, { webSockets: { handshakeTimeout: '4s' } })
  acceptAll(stub)
  const socket = await connectRaw(stub.port)
  socket.write(handshake(undefined))
  expect(await readUntil(socket, '\r\n\r\n')).toMatch(/^HTTP\/1\.1 101 /)
  await new Promise((resolve) => setTimeout(resolve, 4500))
  expect(socket.destroyed).toBe(false)
  socket.destroy()
})
