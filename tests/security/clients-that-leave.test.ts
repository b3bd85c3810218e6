import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { connectRaw, fetchOn } from '../support/http.ts'
import { startStubbed } from '../support/stub-app.ts'
import { readUntil } from './support.ts'

// Whoever leaves, however and whenever, leaves nothing behind: no socket here, none to the app.

const HOST = 'Host: acme.localhost\r\n'
const CLIENTS = 10

/** Open files of this process, in which the gateway runs. */
function openFiles(): number {
  return readdirSync('/proc/self/fd').length
}

async function expectOpenFiles(count: number): Promise<void> {
  for (let left = 200; openFiles() > count && left > 0; left--) await delay(20)
  expect(openFiles()).toBeLessThanOrEqual(count)
}

const LEAVES: readonly [how: string, leave: (socket: Socket) => void][] = [
  ['closes its side', (socket) => socket.end()],
  ['resets', (socket) => socket.resetAndDestroy()],
  ['is gone', (socket) => socket.destroy()],
  ['closes its side, then resets', (socket) => void socket.end(() => socket.resetAndDestroy())],
]

test.each(LEAVES)('in the middle of an answer, a client that %s', async (_how, leave) => {
  await using own = await startStubbed((req, res) => {
    if (req.url === '/sound') res.end()
    else res.write('first')
  })
  await fetchOn(own.port, 'http://acme.localhost/sound')
  const before = openFiles()
  for (let i = 0; i < CLIENTS; i++) {
    const asked = once(own.app, 'request') as Promise<[unknown, ServerResponse]>
    const socket = await connectRaw(own.port)
    socket.on('error', () => {})
    socket.write(`GET /1 HTTP/1.1\r\n${HOST}\r\n`)
    const [, answer] = await asked
    const told = once(answer, 'close')
    await readUntil(socket, 'first')
    leave(socket)
    socket.resume()
    await told
  }
  await expectOpenFiles(before)
})

test.each(LEAVES)(
  'in the middle of an answer whose app dies, a client that %s',
  async (_how, leave) => {
    await using own = await startStubbed((req, res) => {
      if (req.url === '/sound') res.end()
      else res.write('first')
    })
    await fetchOn(own.port, 'http://acme.localhost/sound')
    const before = openFiles()
    for (let i = 0; i < CLIENTS; i++) {
      const asked = once(own.app, 'request') as Promise<[{ socket: Socket }, ServerResponse]>
      const socket = await connectRaw(own.port)
      socket.on('error', () => {})
      socket.write(`GET /1 HTTP/1.1\r\n${HOST}\r\n`)
      const [{ socket: inner }] = await asked
      await readUntil(socket, 'first')
      inner.destroy()
      leave(socket)
      socket.resume()
    }
    await expectOpenFiles(before)
  },
)

test.each([
  ['GET', 'h2c'],
  ['PATCH', 'websocket'],
])(
  '%s with Upgrade: %s, before the answer, whoever leaves: the app is told',
  async (method, to) => {
    await using own = await startStubbed(() => {})
    const before = openFiles()
    for (const [, leave] of LEAVES) {
      const asked = once(own.app, 'request') as Promise<[unknown, ServerResponse]>
      const socket = await connectRaw(own.port)
      socket.on('error', () => {})
      socket.write(
        `${method} /1 HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: ${to}\r\n\r\nand more`,
      )
      const [, answer] = await asked
      const told = once(answer, 'close')
      leave(socket)
      await told
    }
    await expectOpenFiles(before)
  },
)
