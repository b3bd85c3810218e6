import { once } from 'node:events'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { fetchOn, open } from '../support/http.ts'
import { createProject, probeApp, type Project } from '../support/project.ts'
import { startTenantry, type LogLine, type RunningTenantry } from '../support/tenantry.ts'

// What a change below config/ does to a running gateway.
let project: Project
let gateway: RunningTenantry
let reloads = 0

beforeAll(async () => {
  project = await createProject({
    'probe.env': 'FROM_FILE=1\n',
    'config/apps/probe.json': probeApp({ env: { VERSION: '1' }, envFile: 'probe.env' }),
    'config/tenants/one.json': { app: 'probe', hosts: ['one.localhost'] },
  })
  gateway = await startTenantry('start', project.configDir)
  await status('one.localhost')
})

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await project[Symbol.asyncDispose]()
})

beforeEach(() => {
  reloads = gateway.log.filter(isReload).length
})

test('a new tenant file is served without a restart, soon after it was saved', async () => {
  expect(await status('two.localhost')).toBe(404)
  await project.write('config/tenants/two.yaml', 'hosts: [two.localhost]\napp: probe\n')
  const saved = Date.now()
  const line = await nextReload()
  expect(Date.parse(String(line['time'])) - saved).toBeLessThan(10_000)
  expect(await status('two.localhost')).toBe(200)
})

test("changing a tenant's hosts restarts no app", async () => {
  const before = await pid('one.localhost')
  await project.write('config/tenants/one.json', {
    app: 'probe',
    hosts: ['one.localhost', 'uno.localhost'],
  })
  await nextReload()
  expect(await pid('uno.localhost')).toBe(before)
})

test('a bad change keeps the old config, says every issue with its place, and goes on', async () => {
  await project.write('config/tenants/two.yaml', 'host: [two.localhost]\nap: probe\n')
  const refused = await gateway.line((line) => line['event'] === 'config.refused', 'config.refused')
  expect(refused['msg']).toContain("config/tenants/two.yaml:1:1 host: unknown key 'host'")
  expect(refused['msg']).toContain("config/tenants/two.yaml:2:1 ap: unknown key 'ap'")
  expect(await status('two.localhost')).toBe(200)
  await project.write('config/tenants/two.yaml', 'hosts: [zwei.localhost]\napp: probe\n')
  await nextReload()
  expect([await status('zwei.localhost'), await status('two.localhost')]).toEqual([200, 404])
})

test('requests in flight are not disturbed by reloads, nor by the end of their tenant', async () => {
  const stream = await open(gateway.port, 'http://zwei.localhost/api/stream?ticks=30')
  const ended = once(stream, 'end')
  let body = ''
  stream.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
  await once(stream, 'data')
  await project.remove('config/tenants/two.yaml')
  await nextReload()
  expect(await status('zwei.localhost')).toBe(404)
  await ended
  expect(body).toContain('data: 30')
})

test("changing an app's env replaces its instance; a request in flight ends in the old one", async () => {
  const before = await pid('one.localhost')
  const slow = fetchOn(gateway.port, 'http://one.localhost/api/slow?ms=1500')
  await project.write(
    'config/apps/probe.json',
    probeApp({ env: { VERSION: '2' }, envFile: 'probe.env' }),
  )
  await gateway.line((line) => line['instance'] === 'probe#2' && line['event'] === 'app.ready')
  const after = await env('one.localhost')
  expect(after.env['VERSION']).toBe('2')
  expect(after.pid).not.toBe(before)
  expect(await (await slow).json()).toMatchObject({ slept: 1500, pid: before })
})

test("a change of an app's envFile replaces its instance", async () => {
  await project.write('probe.env', 'FROM_FILE=2\n')
  await gateway.line((line) => line['instance'] === 'probe#3' && line['event'] === 'app.ready')
  expect((await env('one.localhost')).env['FROM_FILE']).toBe('2')
})

test('a burst of 100 changes is a few reloads', async () => {
  for (let i = 0; i < 100; i++) {
    await project.write(
      `config/tenants/burst-${i}.yaml`,
      `hosts: [burst-${i}.localhost]\napp: probe\n`,
    )
    await new Promise((done) => setTimeout(done, 8))
  }
  await gateway.line((line) => isReload(line) && line['tenants'] === 101, '101 tenants')
  expect(await status('burst-99.localhost')).toBe(200)
  expect(gateway.log.filter(isReload).length - reloads).toBeLessThan(50)
})

test('200 requests a second go on through 10 reloads: none fails', async () => {
  const answers: Promise<Response>[] = []
  const timer = setInterval(() => {
    answers.push(fetchOn(gateway.port, 'http://one.localhost/api/url'))
  }, 5)
  try {
    for (let i = 0; i < 10; i++) {
      reloads = gateway.log.filter(isReload).length
      await project.write(
        'config/tenants/extra.yaml',
        `hosts: [extra-${i}.localhost]\napp: probe\n`,
      )
      await nextReload()
    }
  } finally {
    clearInterval(timer)
  }
  const statuses = (await Promise.all(answers)).map((answer) => answer.status)
  expect(statuses.length).toBeGreaterThan(50)
  expect(statuses.filter((code) => code !== 200)).toEqual([])
})

function isReload(line: LogLine): boolean {
  return line['event'] === 'config.reloaded'
}

async function nextReload(): Promise<LogLine> {
  await gateway.line(() => gateway.log.filter(isReload).length > reloads, 'one more reload')
  return gateway.log.findLast(isReload) ?? {}
}

async function status(host: string): Promise<number> {
  return (await fetchOn(gateway.port, `http://${host}/api/url`)).status
}

async function env(host: string): Promise<{ pid: number; env: Record<string, string> }> {
  const answer = await fetchOn(gateway.port, `http://${host}/api/env`)
  return (await answer.json()) as { pid: number; env: Record<string, string> }
}

async function pid(host: string): Promise<number> {
  return (await env(host)).pid
}
