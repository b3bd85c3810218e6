import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startApp, type FuzzedApp } from '../support/fuzz/app.ts'
import type { Outcome } from '../support/fuzz/client.ts'
import { startGateway, type FuzzedGateway, type Holdings } from '../support/fuzz/gateway.ts'
import { judgeAll, runCases } from '../support/fuzz/run.ts'
import { fetchOn } from '../support/http.ts'
import { createProject, type Project } from '../support/project.ts'

// Whatever bytes come, the gateway neither dies nor leaks, and an app sees only requests that were meant.

const env = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise)
const COUNT = env('TENANTRY_FUZZ', 4000)
const SEED = env('TENANTRY_FUZZ_SEED', 1)
/** One case alone, as a failure names it. */
const ONLY = process.env['TENANTRY_FUZZ_CASE']
/** Cases after which code is compiled, caches are full and connections to the apps are open. */
const WARM_UP = Math.min(20_000, Math.floor(COUNT / 3))
const HOSTS = ['acme.localhost', 'globex.localhost', 'blog.acme.test', 'inside.localhost']

/** What the limits would refuse would never reach an app. */
const NO_LIMITS = {
  rate: { perSecond: 1_000_000, burst: 1_000_000 },
  rateCacheSize: 100,
  tenant: { rate: { perSecond: 1_000_000, burst: 1_000_000 }, headers: 500, url: 16_384 },
}

let folder: string
let project: Project
let fuzzed: FuzzedApp
let gateway: FuzzedGateway

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tenantry-fuzz-'))
  const socket = join(folder, 'app.sock')
  fuzzed = await startApp(socket)
  project = await createProject({
    'config/gateway.json': {
      directory: { cacheSize: 100, wildcardCacheSize: 100, missCacheSize: 100 },
      limits: NO_LIMITS,
    },
    ...app('stub'),
    ...app('inside'),
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
    'config/tenants/inside.json': { hosts: ['inside.localhost'] },
  })
  gateway = await startGateway(project.configDir, socket, (client, seen) =>
    fuzzed.note(client, seen),
  )
})

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await fuzzed?.[Symbol.asyncDispose]()
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
    await expectAnswers()
    if (ONLY !== undefined) return
    tell(before, after)
    expectSame(before, after)
    // It would be easy to be safe from what never arrives.
    for (const tenant of ['acme', 'globex', 'inside']) {
      expect(reached(tenant)).toBeGreaterThan(COUNT / 20)
    }
  },
  60_000 + COUNT * 20,
)

/** A folder that is no app, but stands for one. */
function app(id: string): Record<string, object | string> {
  return { [`apps/${id}/package.json`]: {}, [`apps/${id}/app/page.js`]: '' }
}

/** Every tenant answers. */
async function expectAnswers(): Promise<void> {
  for (const host of HOSTS) {
    const { status } = await fetchOn(gateway.port, `http://${host}/`)
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
  expect(fuzzed.unreadable).toEqual([])
  expect((await judgeAll(SEED, outcomes, fuzzed)).slice(0, 10)).toEqual([])
}

/** Requests that the app of the tenant got. */
function reached(tenant: string): number {
  return [...fuzzed.seen.values()].flat().filter((seen) => seen.tenant === tenant).length
}

/** The figures of a long run. */
function tell(before: Holdings, after: Holdings): void {
  if (process.env['TENANTRY_FUZZ'] === undefined) return
  const apps = ['acme', 'globex', 'inside'].map((tenant) => `${tenant} ${reached(tenant)}`)
  const lines = [
    `${COUNT} cases of seed ${SEED}; ${gateway.logged()} requests in the log; at the apps: ${apps.join(', ')}`,
    `after ${WARM_UP} cases ${JSON.stringify(before)}`,
    `after all ${JSON.stringify(after)}`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

function expectSame(before: Holdings, after: Holdings): void {
  const { heap, ...held } = after
  const { heap: heapBefore, ...heldBefore } = before
  expect(held).toEqual(heldBefore)
  expect(heap).toBeLessThan(heapBefore * 1.1)
}
