import { once } from 'node:events'
import { stat, writeFile, mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { fetchOn, open } from '../support/http.ts'
import { createProject, probeApp, REPO, type Project } from '../support/project.ts'
import { runTenantry, startTenantry, type RunningTenantry } from '../support/tenantry.ts'

// The commands that talk to a running gateway over its control socket.

const FILES = {
  'config/gateway.json': { appsRoot: REPO, log: { level: 'debug' } },
  'config/apps/probe.json': probeApp(),
  'config/apps/late.json': probeApp({ start: 'lazy' }),
  'config/tenants/one.json': { app: 'probe', hosts: ['one.localhost'] },
  'config/tenants/two.json': { app: 'probe', hosts: ['two.localhost'] },
  'config/tenants/late.json': { hosts: ['late.localhost'] },
}

describe('a running gateway', () => {
  let project: Project
  let gateway: RunningTenantry

  beforeAll(async () => {
    project = await createProject(FILES)
    const flags = ['--port', '0', '--no-watch']
    gateway = await startTenantry('start', project.configDir, { flags })
    await gateway.line((line) => line['event'] === 'app.ready', 'the start of the app')
  })

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]()
    await project[Symbol.asyncDispose]()
  })

  test('its socket is for its owner alone', async () => {
    const { mode } = await stat(join(project.root, '.tenantry/gateway.sock'))
    expect((mode & 0o777).toString(8)).toBe('600')
  })

  test('status: a row for each app', async () => {
    let { stdout } = await ask('status')
    // An app says its memory a moment after its start.
    while (!stdout.includes(' MB')) ({ stdout } = await ask('status'))
    const [about, , headings, ...rows] = stdout.trimEnd().split('\n')
    expect(about).toContain(`process ${gateway.process.pid}, port ${gateway.port}`)
    expect(headings).toMatch(/^TENANT +APP +RELEASE +RUNTIME +STATE +IN FLIGHT +MEMORY +RESTARTS/)
    expect(rows[0]).toMatch(/^late +late +\d{8}-\d{6}-\w{4} +process +stopped +0 +0/)
    expect(rows[1]).toMatch(
      /^one two +probe +\d{8}-\d{6}-\w{4} +process +ready +0 +\d+ MB +0 +\d+s/,
    )
  })

  test('restart: new instances, and no request is lost', async () => {
    const before = await pids()
    const slow = fetchOn(gateway.port, 'http://one.localhost/api/slow?ms=500')
    const { stdout } = await ask('restart', 'probe')
    expect(stdout).toMatch(/^probe is restarted, in \d+ ms/)
    expect((await slow).status).toBe(200)
    expect(await pids()).not.toEqual(before)
  })

  test('stop of an app: its stream ends first, and its next request starts it again', async () => {
    await fetchOn(gateway.port, 'http://late.localhost/api/url')
    const stream = await open(gateway.port, 'http://late.localhost/api/stream?ticks=20')
    const stopped = ask('stop', 'late')
    const body = Buffer.concat((await stream.toArray()) as Buffer[]).toString()
    expect(stream.complete).toBe(true)
    expect(body.length).toBeGreaterThan(0)
    expect((await stopped).stdout).toBe('late is stopped\n')
    expect((await ask('status')).stdout).toMatch(/late .* stopped/)
    expect((await fetchOn(gateway.port, 'http://late.localhost/api/url')).status).toBe(200)
  })

  test('reload --dry-run says what would change, and changes nothing', async () => {
    await project.write('config/tenants/new.json', { app: 'probe', hosts: ['new.localhost'] })
    await project.write('config/apps/probe.json', probeApp({ env: { A: 'b' } }))
    const dry = await ask('reload', '--dry-run')
    expect(dry.stdout).toBe('+ tenant new\n~ app probe (new instances)\n')
    expect((await fetchOn(gateway.port, 'http://new.localhost/api/url')).status).toBe(404)
    const before = await pids()
    expect((await ask('reload')).stdout).toBe(dry.stdout)
    expect((await fetchOn(gateway.port, 'http://new.localhost/api/url')).status).toBe(200)
    expect(await pids()).not.toEqual(before)
    expect((await ask('reload')).stdout).toBe('nothing changed\n')
  })

  test('reload with a config that is wrong: exit code 1 and every issue', async () => {
    await project.write('config/tenants/bad.json', { app: 'probe', hosts: ['one.localhost'] })
    const { code, stderr } = await ask('reload')
    expect(code).toBe(1)
    await project.remove('config/tenants/bad.json')
    expect(stderr).toContain("config/tenants/one.json:4:5 hosts[0]: 'one.localhost' is claimed by")
  })

  test('an app that is not there', async () => {
    const { code, stderr } = await ask('restart', 'nobody')
    expect([code, stderr]).toEqual([1, 'there is no such app or tenant, or no such path\n'])
  })

  test('a second gateway with this config refuses to start', async () => {
    const { code, stderr } = await ask('start', '--port', '0')
    expect(code).toBe(1)
    expect(stderr).toContain(
      `Another gateway (process ${gateway.process.pid}, port ${gateway.port})`,
    )
    expect((await fetchOn(gateway.port, 'http://one.localhost/api/url')).status).toBe(200)
  })

  async function ask(...args: string[]): ReturnType<typeof runTenantry> {
    return runTenantry([...args, '--config', project.configDir])
  }

  async function pids(): Promise<unknown[]> {
    const { stdout } = await ask('status', '--json')
    const { apps } = JSON.parse(stdout) as {
      apps: { app: string; instances: { pid: number; isDraining: boolean }[] }[]
    }
    const instances = apps.find(({ app }) => app === 'probe')?.instances ?? []
    return instances.filter(({ isDraining }) => !isDraining).map(({ pid }) => pid)
  }
})

test('stop: the gateway ends after what is in flight, with exit code 0', async () => {
  await using project = await createProject(FILES)
  await using gateway = await startTenantry('start', project.configDir)
  await fetchOn(gateway.port, 'http://one.localhost/api/url')
  const slow = fetchOn(gateway.port, 'http://one.localhost/api/slow?ms=300')
  await gateway.line((line) => line['event'] === 'app.ready', 'the start of the app')
  const exited = once(gateway.process, 'exit')
  const { code, stdout } = await runTenantry(['stop', '--config', project.configDir])
  expect([code, stdout]).toEqual([0, 'the gateway is ending\n'])
  expect((await slow).status).toBe(200)
  expect(await exited).toEqual([0, null])
})

test('a socket that a killed gateway left behind is replaced', async () => {
  await using project = await createProject(FILES)
  {
    await using killed = await startTenantry('start', project.configDir)
    await killed.stop('SIGKILL')
  }
  expect((await stat(join(project.root, '.tenantry/gateway.sock'))).isSocket()).toBe(true)
  const none = await runTenantry(['status', '--config', project.configDir])
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('No gateway answers on')])
  await using gateway = await startTenantry('start', project.configDir)
  const { code } = await runTenantry(['status', '--config', project.configDir])
  expect([code, gateway.process.exitCode]).toEqual([0, null])
})

test('a socket that something else listens on, and a path that is too long, are refused', async () => {
  await using project = await createProject(FILES)
  const path = join(project.root, 'other.sock')
  const other = createServer((socket) => socket.destroy()).listen(path)
  await once(other, 'listening')
  const start = ['start', '--port', '0', '--config', project.configDir, '--socket']
  const taken = await runTenantry([...start, path])
  other.close()
  expect([taken.code, taken.stderr]).toEqual([
    1,
    expect.stringContaining('set another control.socket'),
  ])
  const long = await runTenantry([...start, join(project.root, 'x'.repeat(120))])
  expect([long.code, long.stderr]).toEqual([1, expect.stringContaining('107 are possible')])
  await mkdir(join(project.root, 'file'), { recursive: true })
  await writeFile(join(project.root, 'file/file'), '')
  const inFile = await runTenantry([...start, join(project.root, 'file/file/x.sock')])
  expect([inFile.code, inFile.stderr]).toEqual([1, expect.stringContaining('or to false')])
})
