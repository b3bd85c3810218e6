import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { fetchOn, open, sendRaw } from '../support/http.ts'
import { createProject, probeApp, type Project } from '../support/project.ts'
import { startTenantry, type RunningTenantry } from '../support/tenantry.ts'

let project: Project
let gateway: RunningTenantry
const ORIGIN = 'http://probe.localhost'

beforeAll(async () => {
  project = await createProject({
    'config/apps/probe.json': probeApp(),
    'config/tenants/probe.json': { hosts: ['probe.localhost'] },
  })
  gateway = await startTenantry('start', project.configDir)
})

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await project[Symbol.asyncDispose]()
})

test('an event stream arrives chunk by chunk', async () => {
  const answer = await open(gateway.port, `${ORIGIN}/api/stream?ticks=20`)
  const chunks: Buffer[] = []
  answer.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(answer, 'end')
  const ticks = Array.from({ length: 20 }, (_, i) => `data: ${i + 1}\n\n`)
  expect(String(Buffer.concat(chunks))).toBe(ticks.join(''))
  // On a busy machine several may come as one.
  expect(chunks.length).toBeGreaterThan(1)
})

test('a client that leaves ends the work in the app', async () => {
  const before = await endedStreams()
  const answer = await open(gateway.port, `${ORIGIN}/api/stream?ticks=100000`)
  await once(answer, 'data')
  answer.destroy()
  const line = await gateway.line(
    (entry) => entry['path'] === '/api/stream' && entry['aborted'] === true,
    'an aborted stream',
  )
  expect(line['tenant']).toBe('probe')
  for (let tries = 0; (await endedStreams()) === before && tries < 100; tries++);
  expect(await endedStreams()).toBe(before + 1)
})

test('a head of 20 KB is handed on, and one beyond what the gateway takes of a child is a 502', async () => {
  const ask = (size: number): Promise<string> =>
    sendRaw(
      gateway.port,
      `GET /api/headers?size=${size} HTTP/1.1\r\nHost: probe.localhost\r\nConnection: close\r\n\r\n`,
    )
  const big = await ask(20_000)
  expect(big).toMatch(/^HTTP\/1.1 200 OK\r\n/)
  expect(big).toMatch(/\r\nx-big: x{20000}\r\n/)
  // 16 KB that it takes of clients, and 64 KB more.
  expect(await ask(81_920)).toMatch(/^HTTP\/1.1 502 /)
  expect(await ask(1)).toMatch(/^HTTP\/1.1 200 /)
})

test('100 clients that leave take nothing from those that come after', async () => {
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => open(gateway.port, `${ORIGIN}/api/stream?ticks=100000`)),
  )
  for (const answer of answers) answer.destroy()
  const after = await Promise.all(
    Array.from({ length: 20 }, () => fetchOn(gateway.port, `${ORIGIN}/api/url`)),
  )
  expect(after.map((answer) => answer.status)).toEqual(Array.from({ length: 20 }, () => 200))
})

test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
  'a chunked body arrives as the body of a %s',
  async (method) => {
    const answer = await fetchOn(gateway.port, `${ORIGIN}/api/echo`, {
      method,
      headers: { 'transfer-encoding': 'chunked' },
      body: 'GET /smuggled HTTP/1.1\r\nhost: probe.localhost\r\n\r\n',
    })
    expect([answer.status, answer.headers.get('x-method')]).toEqual([200, method])
    expect(await answer.text()).toContain('GET /smuggled')
  },
)

async function endedStreams(): Promise<number> {
  const answer = await fetchOn(gateway.port, `${ORIGIN}/api/stream?ended`)
  return ((await answer.json()) as { ended: number }).ended
}
