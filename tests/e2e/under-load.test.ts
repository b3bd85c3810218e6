import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { fetchOn } from '../support/http.ts'
import { createProject, REPO, type Project } from '../support/project.ts'
import { startTenantry, type LogLine, type RunningTenantry } from '../support/tenantry.ts'
import { childOf, killNow } from './processes.ts'
import { Traffic, type Sent } from './traffic.ts'

// What about 100 requests a second over all tenants feel of a crash, of reloads and of the end, which comes last.
jest.setTimeout(240_000)

let project: Project
let gateway: RunningTenantry

beforeAll(async () => {
  project = await createProject({
    ...(await readConfig('apps')),
    ...(await readConfig('tenants')),
    'config/gateway.json': { appsRoot: `${REPO}/apps` },
  })
  gateway = await startTenantry('start', project.configDir)
  for (const app of ['acme', 'globex', 'storefront']) {
    await gateway.line((line) => isStart(line) && line['app'] === app, `the start of ${app}`)
  }
})

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await project[Symbol.asyncDispose]()
})

test('an app that is killed fails only what it held; other tenants feel nothing, and it comes back', async () => {
  const folder = `${REPO}/apps/acme`
  await using traffic = new Traffic(gateway.port)
  await traffic.answered(50)
  const before = childOf(gateway.process.pid, folder)
  killNow(before)
  const held = new Set(traffic.inFlight.filter(ofAcme))
  await gateway.line((line) => line['event'] === 'app.died', 'the death of acme')
  await gateway.line((line) => line['instance'] === 'acme#2', 'the second instance of acme')
  await traffic.answered(20, ofAcme)
  await traffic.stop()
  expect(failures(traffic.sent.filter((sent) => !held.has(sent)))).toEqual([])
  expect(childOf(gateway.process.pid, folder)).not.toBe(before)
  expect(gateway.log.filter((line) => line['event'] === 'app.died')).toMatchObject([
    { app: 'acme', reason: 'signal SIGKILL' },
  ])
})

test('20 changes of tenants: none of the requests fails', async () => {
  await using traffic = new Traffic(gateway.port)
  await traffic.answered(20)
  const starts = gateway.log.filter(isStart)
  const acme = await readTenant('acme')
  const initech = await readTenant('initech')
  for (let i = 0; i < 20; i += 4) {
    await changed(() =>
      project.write(`config/tenants/new-${i}.yaml`, `hosts: [new-${i}.localhost]\napp: acme\n`),
    )
    expect(await statusOf(`new-${i}.localhost`)).toBe(200)
    await changed(() => project.remove(`config/tenants/new-${i}.yaml`))
    expect(await statusOf(`new-${i}.localhost`)).toBe(404)
    await changed(() =>
      project.write('config/tenants/acme.yaml', `${acme}  - acme-${i}.localhost\n`),
    )
    expect(await statusOf(`acme-${i}.localhost`)).toBe(200)
    await changed(() =>
      project.write(
        'config/tenants/initech.yaml',
        initech.replace(/tagline:.*/, `tagline: No. ${i}`),
      ),
    )
    const page = await fetchOn(gateway.port, 'http://initech.localhost/')
    expect(await page.text()).toContain(`<title>Initech Supply: No. ${i}</title>`)
  }
  await traffic.answered(20)
  await traffic.stop()
  expect(failures(traffic.sent)).toEqual([])
  expect(gateway.log.filter(isStart)).toEqual(starts)
})

test('at SIGTERM every request whose connection was taken is answered completely, exit code 0', async () => {
  await using traffic = new Traffic(gateway.port, { 'acme.localhost': '/recommendations' })
  await traffic.answered(100)
  const slow = ({ path }: Sent): boolean => path === '/recommendations'
  while (!traffic.inFlight.some((sent) => slow(sent) && sent.answering)) await traffic.answered(1)
  const taken = takenOf(traffic.sent)
  const held = taken.filter((sent) => sent.outcome === undefined)
  expect(await gateway.stop('SIGTERM')).toEqual({ code: 0, signal: null })
  await traffic.stop()
  expect(held.some(slow)).toBe(true)
  expect(failures(taken)).toEqual([])
  // The others came too late, and were not half answered.
  const outcomes = new Set(traffic.sent.map(({ outcome }) => outcome))
  expect(['answered', 'ECONNREFUSED', 'ECONNRESET']).toEqual(expect.arrayContaining([...outcomes]))
  expect(failures(traffic.sent.filter(({ answering }) => answering))).toEqual([])
})

function ofAcme({ site }: Sent): boolean {
  return site.tenant === 'acme'
}

function failures(sent: readonly Sent[]): string[] {
  return sent.flatMap(({ site, path, outcome }) =>
    outcome === 'answered' ? [] : `${site.host}${path}: ${outcome}`,
  )
}

/** Connections are taken in order: all that came up before one that is being answered have been taken as well. */
function takenOf(sent: readonly Sent[]): Sent[] {
  const last = Math.max(...sent.filter((one) => one.answering).map((one) => one.connected))
  return sent.filter(({ connected }) => connected > 0 && connected <= last)
}

async function changed(change: () => Promise<void>): Promise<void> {
  const reloads = gateway.log.filter(isReload).length
  await change()
  await gateway.line(() => gateway.log.filter(isReload).length > reloads, 'one more reload')
}

function isStart(line: LogLine): boolean {
  return line['event'] === 'app.ready'
}

function isReload(line: LogLine): boolean {
  return line['event'] === 'config.reloaded'
}

async function statusOf(host: string): Promise<number> {
  return (await fetchOn(gateway.port, `http://${host}/about`)).status
}

function readTenant(tenant: string): Promise<string> {
  return readFile(`${REPO}/config/tenants/${tenant}.yaml`, 'utf8')
}

/** The files of a folder of the repository's config. */
async function readConfig(folder: string): Promise<Record<string, string>> {
  const names = await readdir(join(REPO, 'config', folder))
  const files = names.map(async (name): Promise<[string, string]> => {
    const path = `config/${folder}/${name}`
    return [path, await readFile(join(REPO, path), 'utf8')]
  })
  return Object.fromEntries(await Promise.all(files))
}
