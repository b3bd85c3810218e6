import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { connectRaw, fetchOn, sendRaw } from '../support/http.ts'
import { proxyV2 } from '../support/proxy-protocol.ts'
import { startStubbed, type StubbedGateway } from '../support/stub-app.ts'
import { parseAnswer, readUntil } from './support.ts'

// A balancer says by a PROXY protocol header for whom it connects; nobody else can, and nothing is served without one.

const LINE = 'PROXY TCP4 203.0.113.7 192.0.2.2 56324 80\r\n'
const GET = 'GET / HTTP/1.1\r\nHost: acme.localhost\r\n'

function start(
  gateway: object = { trustedProxies: ['127.0.0.0/8'] },
  headersTimeout = '30s',
): Promise<StubbedGateway> {
  return startStubbed((req, res) => res.end(String(req.headers['x-forwarded-for'])), {
    gateway: { listen: { proxyProtocol: true, headersTimeout }, ...gateway },
  })
}

test.each([
  ['version 1', LINE, '203.0.113.7'],
  [
    'version 2',
    proxyV2(0x21, 0x11, Buffer.from([203, 0, 113, 8, 1, 2, 3, 4, 0, 1, 0, 2])),
    '203.0.113.8',
  ],
  ['version 1 that knows nobody', 'PROXY UNKNOWN\r\n', '127.0.0.1'],
])(
  '%s: requests of the connection come from who it says, the log says so too',
  async (_v, header, client) => {
    await using stub = await start()
    const bytes = Buffer.concat([
      Buffer.from(header),
      Buffer.from(`${GET}\r\n${GET}Connection: close\r\n\r\n`),
    ])
    const text = await sendRaw(stub.port, bytes)
    expect(text.split(client)).toHaveLength(3)
    const lines = stub.log.filter((line) => line['event'] === 'request')
    expect(lines.map((line) => line['client'])).toEqual([client, client])
  },
)

test.each([
  ['version 1', 'PROXY UNKNOWN\r\n'],
  ['version 2', proxyV2(0x20, 0x00, Buffer.alloc(0))],
])(
  '%s that knows nobody: what its requests say of their client is not believed',
  async (_v, header) => {
    await using stub = await start()
    const said = 'X-Forwarded-For: 203.0.113.9\r\nX-Request-Id: chosen\r\nConnection: close\r\n\r\n'
    const text = await sendRaw(
      stub.port,
      Buffer.concat([Buffer.from(header), Buffer.from(GET + said)]),
    )
    expect(text).not.toMatch(/203\.0\.113\.9|chosen/)
    expect(parseAnswer(text).body).toContain('127.0.0.1')
  },
)

test('what it conveys is no trusted proxy: its x-forwarded-for is not believed', async () => {
  await using stub = await start()
  const text = await sendRaw(
    stub.port,
    `${LINE}${GET}X-Forwarded-For: 1.1.1.1\r\nConnection: close\r\n\r\n`,
  )
  expect(parseAnswer(text).body).toContain('203.0.113.7')
  expect(text).not.toContain('1.1.1.1')
})

test('a header that comes byte by byte, and a WebSocket behind one', async () => {
  await using stub = await start()
  stub.app.on('upgrade', (req, socket) => {
    socket.end(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n${String(req.headers['x-forwarded-for'])}`,
    )
  })
  const socket = await connectRaw(stub.port)
  socket.setNoDelay(true)
  for (const byte of `${LINE}${GET}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
    socket.write(byte)
  expect(await readUntil(socket, '203.0.113.7')).toContain('101 Switching')
  socket.destroy()
})

test.each([
  ['no header', `${GET}\r\n`],
  ['a malformed one', `PROXY TCP4 203.0.113.7 192.0.2.2 56324\r\n${GET}\r\n`],
  ['a too long one', `PROXY ${'x'.repeat(300)}`],
  ['nothing at all', ''],
  ['half of one', 'PROXY TCP4 203.'],
])(
  '%s: the connection is closed without an answer, and one line is logged',
  async (_what, bytes) => {
    await using stub = await start(undefined, '300ms')
    expect(await sendRaw(stub.port, bytes)).toBe('')
    expect(stub.seen).toEqual([])
    expect(stub.log.filter((line) => line['event'] === 'connection.refused')).toHaveLength(1)
  },
)

test('a flood of them makes no flood of log lines', async () => {
  await using stub = await start()
  const all = Array.from({ length: 50 }, () => sendRaw(stub.port, `${GET}\r\n`))
  expect(new Set(await Promise.all(all))).toEqual(new Set(['']))
  const lines = stub.log.filter((line) => line['event'] === 'connection.refused')
  expect(lines[0]).toMatchObject({
    peer: '127.0.0.1',
    reason: 'its header is malformed',
    count: 1,
  })
  // Those that follow are counted together, each ten seconds.
  expect(lines.length).toBeLessThan(5)
})

test.each([
  ['half of a header', 'PROXY TCP4 203.', ['it ended before its header did']],
  ['nothing, as one that looks whether the port is open', '', []],
])('a peer that sends %s and closes its side is closed at once', async (_what, bytes, reasons) => {
  await using stub = await start({
    trustedProxies: ['127.0.0.0/8'],
    listen: { proxyProtocol: true, headersTimeout: '10m' },
  })
  expect(await sendRaw(stub.port, bytes, true)).toBe('')
  const lines = stub.log.filter((line) => line['event'] === 'connection.refused')
  expect(lines.map((line) => line['reason'])).toEqual(reasons)
})

test('connections are counted for the client that is conveyed, and not for the balancer', async () => {
  await using stub = await start({
    trustedProxies: ['127.0.0.0/8'],
    limits: { connectionsPerClient: 2 },
  })
  const ask = async (client: string): Promise<{ socket: Socket; status: string }> => {
    const socket = await connectRaw(stub.port)
    socket.on('error', () => {})
    socket.write(`PROXY TCP4 ${client} 192.0.2.2 1 80\r\n${GET}\r\n`)
    return { socket, status: (await readUntil(socket, '\r\n\r\n')).slice(9, 12) }
  }
  const first = await ask('203.0.113.7')
  expect([first.status, (await ask('203.0.113.7')).status]).toEqual(['200', '200'])
  expect((await ask('203.0.113.7')).status).toBe('429')
  expect((await ask('203.0.113.8')).status).toBe('200')
  expect(stub.gateway.held).toMatchObject({ connections: 3, clients: 2 })
  const left = once(first.socket, 'close')
  first.socket.destroy()
  await left
  while (stub.gateway.held.connections > 2) await nextTurn()
  expect((await ask('203.0.113.7')).status).toBe('200')
})

test('from a stranger even a right one is refused', async () => {
  await using stub = await start({ trustedProxies: ['10.0.0.0/8'] })
  expect(await sendRaw(stub.port, `${LINE}${GET}\r\n`)).toBe('')
  expect(stub.seen).toEqual([])
})

test('a connection whose header has not come does not hold up the end of the gateway', async () => {
  await using stub = await start()
  const socket = await connectRaw(stub.port)
  socket.write('PROXY ')
  const closed = new Promise((resolve) => socket.on('error', () => {}).once('close', resolve))
  await stub.gateway.close()
  await closed
  expect(socket.destroyed).toBe(true)
})

test('without proxyProtocol such a header is a bad request', async () => {
  await using stub = await startStubbed((_req, res) => res.end(), {
    gateway: { trustedProxies: ['127.0.0.1'] },
  })
  expect(parseAnswer(await sendRaw(stub.port, `${LINE}${GET}\r\n`)).status).toBe(400)
  expect((await fetchOn(stub.port, 'http://acme.localhost/')).status).toBe(200)
})
