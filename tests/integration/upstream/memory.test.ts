import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { request, type IncomingMessage } from 'node:http'
import type { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { sendBody } from '../../support/body.ts'
import { fetchOn, open } from '../../support/http.ts'
import { createProject } from '../../support/project.ts'
import { startTenantry } from '../../support/tenantry.ts'
import { appFile } from '../../support/upstreams.ts'
import { openWebSocket } from '../../support/web-sockets.ts'

// Bodies of any size go through at flat memory. LARGE_BODY_MB=2048 for the long run.

const MEGABYTE = 1_048_576
const SIZE = Number(process.env['LARGE_BODY_MB'] ?? 512) * MEGABYTE
/** What the gateway's resident memory may grow by. */
const LIMIT = 64 * MEGABYTE
const TARGET = fileURLToPath(new URL('../../support/memory-target.js', import.meta.url))

async function residentMemory(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024
}

/** Runs the work and returns the most by which memory grew meanwhile. */
async function growth(pid: number | undefined, work: () => Promise<void>): Promise<number> {
  const before = await residentMemory(pid)
  let most = before
  const over = new AbortController()
  const done = work().finally(() => over.abort())
  while (!over.signal.aborted) {
    most = Math.max(most, await residentMemory(pid))
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await done
  return most - before
}

async function download(port: number, size: number): Promise<void> {
  const answer = await open(port, `http://acme.localhost/${size}`)
  let bytes = 0
  answer.on('data', (chunk: Buffer) => (bytes += chunk.length))
  await once(answer, 'end')
  expect(bytes).toBe(size)
}

async function upload(port: number, size: number): Promise<void> {
  const sent = request({
    host: '127.0.0.1',
    port,
    method: 'POST',
    agent: false,
    headers: { host: 'acme.localhost', 'content-length': size },
  })
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>
  const chunk = Buffer.alloc(65_536, 'x')
  for (let rest = size; rest > 0; rest -= chunk.length) {
    if (!sent.write(chunk)) await once(sent, 'drain')
  }
  sent.end()
  const [answer] = await answered
  expect(String(Buffer.concat((await answer.toArray()) as Buffer[]))).toBe(String(size))
}

/** Lets others ask, for long enough to send all that nobody holds up. */
async function meanwhile(port: number): Promise<void> {
  for (let i = 0; i < 50; i++) await fetchOn(port, 'http://acme.localhost/65536')
}

/** Takes the head of the answer and then nothing, until the target has long sent all that it can. */
async function stall(port: number, size: number): Promise<void> {
  const answer = await open(port, `http://acme.localhost/${size}`)
  await meanwhile(port)
  answer.destroy()
}

/** The same of a tunnel. */
async function stallTunnel(port: number, size: number): Promise<void> {
  const { socket, status } = await openWebSocket(port, 'acme.localhost', `/${size}`)
  expect(status).toBe(101)
  socket.pause()
  await meanwhile(port)
  socket.destroy()
}

/** Sends a body that the target does not read, and is held up. */
async function uploadUnread(port: number, size: number): Promise<void> {
  const sent = request({
    host: '127.0.0.1',
    port,
    path: '/stop',
    method: 'POST',
    agent: false,
    headers: { host: 'acme.localhost', 'content-length': size },
  })
  await sendUnread(port, sent, size)
}

/** The same through a tunnel. */
async function sendUnreadTunnel(port: number, size: number): Promise<void> {
  const { socket, status } = await openWebSocket(port, 'acme.localhost', '/stop')
  expect(status).toBe(101)
  await sendUnread(port, socket, size)
}

async function sendUnread(port: number, to: Writable, size: number): Promise<void> {
  to.on('error', () => {})
  const sending = sendBody(to, size)
  await meanwhile(port)
  expect(sending.rest).toBeGreaterThan(size / 2)
  to.destroy()
}

test('bodies up and down, and what nobody reads of them and of tunnels: less than 64 MB more memory', async () => {
  const target = spawn(process.execPath, [TARGET], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [text] = (await once(target.stdout, 'data')) as [Buffer]
    await using project = await createProject({
      'config/gateway.json': { limits: { tenant: { body: '4gb' } } },
      'config/apps/api.json': appFile([`http://127.0.0.1:${String(text).trim()}`], {}),
      'config/tenants/acme.json': { app: 'api', hosts: ['acme.localhost'] },
    })
    await using gateway = await startTenantry('start', project.configDir)
    const { pid } = gateway.process
    await Promise.all([download(gateway.port, 8 * MEGABYTE), upload(gateway.port, 8 * MEGABYTE)])
    expect(await growth(pid, () => download(gateway.port, SIZE))).toBeLessThan(LIMIT)
    expect(await growth(pid, () => upload(gateway.port, SIZE))).toBeLessThan(LIMIT)
    for (const unread of [stall, stallTunnel, uploadUnread, sendUnreadTunnel]) {
      const most = await growth(pid, () => unread(gateway.port, SIZE))
      expect([unread.name, most < LIMIT]).toEqual([unread.name, true])
    }
  } finally {
    target.kill()
  }
}, 300_000)
