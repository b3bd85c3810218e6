import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { DEFAULT_LIMITS } from '../../gateway/dist/config/limits-schema.js'
import { expectFree, untilHeld } from '../support/held.ts'
import { startStubbed, type StubbedGateway } from '../support/stub-app.ts'
import { acceptWebSockets, handshake } from '../support/web-sockets.ts'

// One client holds no more than its share of what a tenant, or all, may have in flight.

const SHARE = DEFAULT_LIMITS.requestsPerClient

/** Answers when it has the whole request. */
function answerWhole(req: IncomingMessage, res: ServerResponse): void {
  req.resume().once('end', () => res.end())
}

interface Client {
  /** Address that it connects from. */
  readonly from: string
  /** What a proxy says of it. */
  readonly named?: string
}

async function send(stub: StubbedGateway, client: Client, head: string): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: stub.port, localAddress: client.from })
  socket.on('error', () => {})
  await once(socket, 'connect')
  const named = client.named === undefined ? '' : `X-Forwarded-For: ${client.named}\r\n`
  socket.write(head.replace('\r\n', `\r\n${named}`))
  return socket
}

async function statusOf(
  stub: StubbedGateway,
  client: Client,
  head = request('GET'),
): Promise<number> {
  const socket = await send(stub, client, head)
  const [chunk] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return Number(chunk.toString('latin1').slice(9, 12))
}

function request(method: string, host = 'acme.localhost', more = ''): string {
  return `${method} / HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`
}

const TRICKLE = `${request('POST', 'acme.localhost', 'Content-Length: 10\r\n')}x`

test.each<[string, object, Client, Client]>([
  ['of its own address', {}, { from: '127.0.0.1' }, { from: '127.0.0.2' }],
  [
    'behind a trusted proxy',
    { trustedProxies: ['127.0.0.1'] },
    { from: '127.0.0.1', named: '203.0.113.7' },
    { from: '127.0.0.1', named: '203.0.113.8' },
  ],
])(
  'a client %s that holds it gets 429, another one is answered',
  async (_what, gateway, one, other) => {
    await using stub = await startStubbed(answerWhole, { gateway })
    const held = await Promise.all(Array.from({ length: SHARE }, () => send(stub, one, TRICKLE)))
    await untilHeld(stub, { requests: SHARE, asking: 1 })
    expect(await statusOf(stub, one)).toBe(429)
    expect(await statusOf(stub, one, request('GET', 'globex.localhost'))).toBe(429)
    expect(stub.log).toContainEqual(
      expect.objectContaining({ status: 429, limit: 'requestsPerClient' }),
    )
    expect(await statusOf(stub, other)).toBe(200)
    for (const socket of held) socket.destroy()
    await untilHeld(stub, { requests: 0 })
    expect(await statusOf(stub, one)).toBe(200)
    await expectFree(stub)
  },
)

test('tunnels are part of it', async () => {
  await using stub = await startStubbed(answerWhole, {
    gateway: { limits: { requestsPerClient: 2 } },
  })
  acceptWebSockets(stub)
  const one = { from: '127.0.0.1' }
  const held = [await send(stub, one, TRICKLE), await send(stub, one, handshake('acme.localhost'))]
  await untilHeld(stub, { requests: 1, upgrades: 1 })
  expect(await statusOf(stub, one)).toBe(429)
  expect(await statusOf(stub, one, handshake('acme.localhost'))).toBe(429)
  for (const socket of held) socket.destroy()
  await expectFree(stub)
})

test('a trusted proxy that names no client has no share', async () => {
  await using stub = await startStubbed(answerWhole, {
    gateway: { trustedProxies: ['127.0.0.1'], limits: { requestsPerClient: 1 } },
  })
  const proxy = { from: '127.0.0.1' }
  const held = [await send(stub, proxy, TRICKLE), await send(stub, proxy, TRICKLE)]
  await untilHeld(stub, { requests: 2, asking: 0 })
  expect(await statusOf(stub, proxy)).toBe(200)
  for (const socket of held) socket.destroy()
  await expectFree(stub)
})
