import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from '@jest/globals'
import { fetchOn, open } from '../support/http.ts'
import { createProject, probeApp, REPO } from '../support/project.ts'
import { startTenantry, type RunningTenantry } from '../support/tenantry.ts'

const files = {
  'config/gateway.json': { appsRoot: REPO, shutdownTimeout: '5s' },
  'config/apps/probe.json': probeApp(),
  'config/tenants/probe.json': { hosts: ['probe.localhost'] },
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s: requests in flight end, new connections are refused, exit code 0',
  async (signal) => {
    await using project = await createProject(files)
    await using gateway = await startTenantry('start', project.configDir)
    const child = await pidOf(gateway)
    const stream = await open(gateway.port, 'http://probe.localhost/api/stream?ticks=8')
    const ended = once(stream, 'end')
    const chunks: string[] = []
    stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk))
    await once(stream, 'data')
    const stopped = gateway.stop(signal)
    await gateway.line((line) => line['event'] === 'closing', 'closing')
    await expect(tryConnect(gateway.port)).rejects.toThrow('ECONNREFUSED')
    await ended
    expect(stream.complete).toBe(true)
    expect(chunks.join('')).toContain('data: 8')
    expect(await stopped).toEqual({ code: 0, signal: null })
    expect(isAlive(child)).toBe(false)
  },
)

test('a request that never ends is cut off at the deadline, exit code 0', async () => {
  await using project = await createProject({
    ...files,
    'config/gateway.json': { appsRoot: REPO, shutdownTimeout: '500ms' },
  })
  await using gateway = await startTenantry('start', project.configDir)
  await pidOf(gateway)
  const stream = await open(gateway.port, 'http://probe.localhost/api/stream?ticks=100000')
  const ended = new Promise((resolve) => stream.resume().once('close', resolve))
  expect(await gateway.stop()).toEqual({ code: 0, signal: null })
  await ended
  expect(stream.complete).toBe(false)
})

test('a second signal ends at once', async () => {
  await using project = await createProject({
    ...files,
    'config/gateway.json': { appsRoot: REPO, shutdownTimeout: '1m' },
  })
  await using gateway = await startTenantry('start', project.configDir)
  const child = await pidOf(gateway)
  await open(gateway.port, 'http://probe.localhost/api/stream?ticks=100000')
  const stopped = gateway.stop('SIGTERM')
  await gateway.line((line) => line['event'] === 'closing', 'closing')
  gateway.process.kill('SIGTERM')
  expect(await stopped).toEqual({ code: 143, signal: null })
  await expectGone(child)
})

test.each([
  ['idle', undefined],
  ['stuck in a loop', '/api/loop'],
])('no child outlives a gateway that was killed: %s', async (_what, path) => {
  await using project = await createProject(files)
  await using gateway = await startTenantry('start', project.configDir)
  const child = await pidOf(gateway)
  if (path !== undefined) {
    const socket = connect(gateway.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(`GET ${path} HTTP/1.1\r\nhost: probe.localhost\r\n\r\n`)
    await once(socket, 'connect')
    // The loop has the child when it answers no more; the first question may be there before it.
    const isStuck = (): Promise<boolean> =>
      Promise.race([
        pidOf(gateway).then(() => false),
        once(AbortSignal.timeout(1000), 'abort').then(() => true),
      ])
    while (!(await isStuck()));
  }
  await gateway.stop('SIGKILL')
  await expectGone(child)
})

async function pidOf(gateway: RunningTenantry): Promise<number> {
  const answer = await fetchOn(gateway.port, 'http://probe.localhost/api/env')
  return ((await answer.json()) as { pid: number }).pid
}

function tryConnect(port: number): Promise<unknown> {
  return once(connect(port, '127.0.0.1'), 'connect')
}

async function expectGone(pid: number): Promise<void> {
  const deadline = Date.now() + 30_000
  while (isAlive(pid) && Date.now() < deadline) await new Promise((done) => setTimeout(done, 20))
  expect(isAlive(pid)).toBe(false)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
