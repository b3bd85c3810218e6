import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import type { NextAppConfig } from '../../gateway/dist/config/config.js'
import { openCompartment } from '../../gateway/dist/instances/shared/compartment.js'
import { SharedInstance } from '../../gateway/dist/instances/shared/shared-instance.js'
import { parseAnswer, readUntil } from '../security/support.ts'
import { connectRaw, sendRaw } from '../support/http.ts'
import { startStubbed, type StubbedGateway } from '../support/stub-app.ts'
import { handshake } from '../support/web-sockets.ts'

// Upgrades that Next.js answers in the gateway's own process: its handler returns long before a proxied one is answered.

type UpgradeHandler = (req: IncomingMessage, socket: Socket) => void

const SWITCH =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
const HEADERS = { 'x-frame-options': 'DENY', 'x-powered-by': null }

/** A gateway whose one app is shared, and hands upgrades to this handler. */
function start(upgrade: UpgradeHandler, handshakeTimeout = '30s'): Promise<StubbedGateway> {
  const app = {
    prepare: () => Promise.resolve(),
    close: () => Promise.resolve(),
    requestHandler: () => Promise.resolve(),
    upgradeHandler(req: IncomingMessage, socket: Socket) {
      // As Next.js does, and for what it proxies its proxy once more.
      socket.on('error', () => {})
      upgrade(req, socket)
      return Promise.resolve()
    },
  }
  return startStubbed(() => {}, {
    gateway: { webSockets: { handshakeTimeout } },
    files: { 'config/tenants/acme.json': { hosts: ['acme.localhost'], headers: HEADERS } },
    instance: (n) => {
      const config = { id: 'acme', next: {} } as NextAppConfig
      const handle = openCompartment('acme', {}, () => {})
      const socketPath = join('/nonexistent', 'never-listened-on.sock')
      const loaded = { handle, app: app as never, socketPath, forget: () => {} }
      return Object.assign(new SharedInstance(config, n, loaded), {
        probe: () => Promise.resolve(200),
      })
    },
  })
}

test('one that is proxied and never answered: 504, once the time for handshakes is over', async () => {
  await using stub = await start((_req, socket) => void socket.on('error', () => {}), '200ms')
  const answer = parseAnswer(await sendRaw(stub.port, handshake('acme.localhost')))
  expect(answer.status).toBe(504)
  expect(answer.headers.has('x-frame-options')).toBe(false)
  const line = stub.log.find(({ event }) => event === 'request')
  expect(line?.['status']).toBe(504)
})

test('one that is answered late is a tunnel from then on', async () => {
  let answer: () => void = () => {}
  await using stub = await start((_req, socket) => {
    socket.on('error', () => {})
    answer = () => {
      socket.write(SWITCH)
      socket.pipe(socket)
    }
  })
  const socket = await connectRaw(stub.port)
  socket.write(handshake('acme.localhost'))
  while (stub.gateway.held.upgrades === 0) await new Promise(setImmediate)
  await new Promise(setImmediate)
  answer()
  const head = await readUntil(socket, '\r\n\r\n')
  expect(head).toBe(SWITCH)
  socket.write('ping')
  expect(await readUntil(socket, 'ping')).toBe('ping')
  const closed = once(socket, 'close')
  socket.destroy()
  await closed
})

test.each<[string, UpgradeHandler, number, string]>([
  ['nothing takes', () => {}, 404, ''],
  ['its page hangs up on', (_req, socket) => void socket.end(), 404, ''],
  ['its proxy fails', (_req, socket) => void socket.end('Internal Server Error'), 502, ''],
  [
    'the other server refuses',
    (_req, socket) => {
      socket.on('error', () => {})
      setImmediate(() => {
        socket.write(
          'HTTP/1.1 403 Forbidden\r\nx-powered-by: X\r\nX-Kept: 1\r\nConnection: close\r\n\r\n',
        )
        socket.end('not here')
      })
    },
    403,
    'not here',
  ],
])(
  'one that %s is refused with the headers of its tenant',
  async (_what, upgrade, status, body) => {
    await using stub = await start(upgrade)
    const bytes = `${handshake('acme.localhost')}and what nobody reads`
    const answer = parseAnswer(await sendRaw(stub.port, bytes))
    expect([answer.status, answer.body]).toEqual([status, body])
    expect(answer.headers.get('x-frame-options')).toBe('DENY')
    expect(answer.headers.has('x-powered-by')).toBe(false)
    expect(answer.headers.get('x-kept')).toBe(status === 403 ? '1' : undefined)
    while (stub.gateway.held.connections > 0) await new Promise(setImmediate)
  },
)
