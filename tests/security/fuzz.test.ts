import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startApp, type FuzzedApp } from '../support/fuzz/app.ts'
import type { Outcome } from '../support/fuzz/client.ts'
import { startGateway, type FuzzedGateway, type Holdings } from '../support/fuzz/gateway.ts'
import { judgeAll, runCases } from '../support/fuzz/run.ts'
import { fetchOn } from '../support/http.ts'
import { createProject, probeApp, type Project } from '../support/project.ts'

// Whatever bytes come, the gateway neither dies nor leaks, and an app sees only requests that were meant.

const env = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise)
const COUNT = env('TENANTRY_FUZZ', 15_000)
const SEED = env('TENANTRY_FUZZ_SEED', process.env['TENANTRY_FUZZ'] ? Date.now() % 1e9 : 1)
/** One case alone, as a failure names it. */
const ONLY = process.env['TENANTRY_FUZZ_CASE']
/** Cases after which code is compiled, caches are full and connections to the apps are open. */
const WARM_UP = Math.min(5000, COUNT / 3)
const HOSTS = ['acme.localhost', 'globex.localhost', 'blog.acme.test', 'probe.localhost']

let folder: string
let project: Project
let app: FuzzedApp
let gateway: FuzzedGateway

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tenantry-fuzz-'))
  const socket = join(folder, 'app.sock')
  app = await startApp(socket)
  project = await createProject({
    'config/gateway.json': {
      appsRoot: (probeApp() as { dir: string }).dir.replace(/\/probe$/, ''),
      directory: { cacheSize: 100, wildcardCacheSize: 100, missCacheSize: 100 },
    },
    'config/apps/stub.json': probeApp(),
    'config/apps/probe.json': probeApp(),
    // A breaker would answer in the place of an app that fails as often as this one.
    'config/apps/origin.json': {
      kind: 'upstream',
      targets: [`unix:${socket}`],
      breaker: { share: 1, minRequests: 1000 },
    },
    'config/tenants/acme.json': {
      app: 'stub',
      hosts: [
        'acme.localhost',
        '*.acme.test',
        { host: 'www.acme.test', redirectTo: 'acme.localhost' },
      ],
    },
    'config/tenants/globex.json': { app: 'origin', hosts: ['globex.localhost'] },
    'config/tenants/probe.json': { hosts: ['probe.localhost'] },
  })
  gateway = await startGateway(project.configDir, socket)
})

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await app?.[Symbol.asyncDispose]()
  await project?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

test(
  `${ONLY === undefined ? `${COUNT} requests and upgrades` : `case ${ONLY}`} of seed ${SEED}`,
  async () => {
    await expectAnswers()
    const first = ONLY === undefined ? 0 : Number(ONLY)
    const warm = ONLY === undefined ? WARM_UP : first
    const outcomes = new Map(await runCases(gateway.port, SEED, first, warm))
    const before = await gateway.holdings()
    const last = ONLY === undefined ? COUNT : first + 1
    for (const [n, outcome] of await runCases(gateway.port, SEED, warm, last)) {
      outcomes.set(n, outcome)
    }
    const after = await gateway.holdings()
    await expectNothingWrong(outcomes)
    if (ONLY === undefined) expectSame(before, after)
    await expectAnswers()
  },
  60_000 + COUNT * 20,
)

/** Every tenant answers. */
async function expectAnswers(): Promise<void> {
  for (const host of HOSTS) {
    const path = host.startsWith('probe') ? '/api/env' : '/'
    const { status } = await fetchOn(gateway.port, `http://${host}${path}`)
    expect([host, status]).toEqual([host, 200])
  }
}

async function expectNothingWrong(outcomes: ReadonlyMap<number, Outcome>): Promise<void> {
  const { exitCode, signalCode } = gateway.process
  expect({ exitCode, signalCode, stderr: gateway.stderr() }).toEqual({
    exitCode: null,
    signalCode: null,
    stderr: '',
  })
  expect(gateway.wrong).toEqual([])
  expect(app.unreadable).toEqual([])
  expect((await judgeAll(SEED, outcomes, app)).slice(0, 3)).toEqual([])
}

function expectSame(before: Holdings, after: Holdings): void {
  const { heap, ...held } = after
  const { heap: heapBefore, ...heldBefore } = before
  expect(held).toEqual(heldBefore)
  expect(heap).toBeLessThan(heapBefore * 1.1)
}
