import { describe, expect, test } from '@jest/globals'
import { expectFree } from '../support/held.ts'
import { sendRaw } from '../support/http.ts'
import { startStubbed, type StubbedGateway } from '../support/stub-app.ts'

// How fast one client may ask, whatever it is answered.

const MANY = 30
const ONE = { perSecond: 1, burst: 1 }
const CLOSE = 'Connection: close\r\n'
const FOREIGN = 'Upgrade: websocket\r\nConnection: Upgrade\r\nOrigin: http://evil.example\r\n'

interface Answered {
  /** How often each status was answered. */
  readonly counts: ReadonlyMap<number, number>
  /** The most that may have passed of a rate of one a second. */
  readonly most: (burst: number) => number
}

/** Sends the requests all at once. */
async function askAll(
  { port }: StubbedGateway,
  requests: readonly (readonly [host: string, lines: string])[],
): Promise<Answered> {
  const from = performance.now()
  const answers = await Promise.all(
    requests.map(([host, lines]) =>
      sendRaw(port, `GET / HTTP/1.1\r\nHost: ${host}\r\n${lines}\r\n`),
    ),
  )
  const seconds = (performance.now() - from) / 1000
  const counts = new Map<number, number>()
  for (const answer of answers) {
    const status = Number(answer.slice(9, 12))
    counts.set(status, (counts.get(status) ?? 0) + 1)
  }
  return { counts, most: (burst) => burst + seconds }
}

function many<T>(one: T, count = MANY): T[] {
  return Array.from({ length: count }, () => one)
}

function start(limits: object, more: object = {}): Promise<StubbedGateway> {
  return startStubbed((_req, res) => res.end(), {
    gateway: { limits, ...more },
    files: {
      'config/tenants/gone.json': { app: 'acme', hosts: ['gone.localhost'], suspended: true },
    },
  })
}

const ANSWERS = [
  ['a page', 'acme.localhost', 200, CLOSE],
  ['the redirect of an alias', 'www.acme.test', 308, CLOSE],
  ['a suspended tenant', 'gone.localhost', 404, CLOSE],
  ["a WebSocket of another site's page", 'acme.localhost', 403, FOREIGN],
] as const
const OF_TENANT = { tenant: { rate: ONE } }
const OF_ALL = { rate: ONE, tenant: { rate: false } }

describe.each([
  ['one tenant', OF_TENANT, ANSWERS],
  ['all', OF_ALL, [...ANSWERS, ['an unknown host', 'nobody.localhost', 404, CLOSE] as const]],
])('the rate of %s', (_of, limits, answers) => {
  test.each(answers)('answered with %s: more get 429', async (_what, host, status, lines) => {
    await using stub = await start(limits)
    const { counts, most } = await askAll(stub, many([host, lines]))
    expect(new Set(counts.keys())).toEqual(new Set([status, 429]))
    expect(counts.get(status)).toBeLessThanOrEqual(most(1))
    await expectFree(stub)
  })

  test('clients behind a trusted proxy are counted each for itself', async () => {
    await using stub = await start(limits, { trustedProxies: ['127.0.0.1'] })
    const of = (client: string): readonly [string, string] => [
      'acme.localhost',
      `X-Forwarded-For: ${client}\r\n${CLOSE}`,
    ]
    const [first, second] = await Promise.all([
      askAll(stub, many(of('203.0.113.7'))),
      askAll(stub, many(of('203.0.113.8'))),
    ])
    for (const { counts, most } of [first, second]) {
      expect(counts.get(200)).toBeGreaterThanOrEqual(1)
      expect(counts.get(200)).toBeLessThanOrEqual(most(1))
    }
  })
})

test('the rate of all counts one client, whichever tenants it asks', async () => {
  await using stub = await start({ rate: { perSecond: 1, burst: 3 }, tenant: { rate: false } })
  const hosts = ['acme.localhost', 'globex.localhost', 'nobody.localhost']
  const { counts, most } = await askAll(
    stub,
    hosts.flatMap((host) => many([host, CLOSE] as const)),
  )
  const passed = (counts.get(200) ?? 0) + (counts.get(404) ?? 0)
  expect(passed).toBeGreaterThanOrEqual(3)
  expect(passed).toBeLessThanOrEqual(most(3))
  expect(passed + (counts.get(429) ?? 0)).toBe(3 * MANY)
})

test.each([
  ['of a tenant', { tenant: { rate: { perSecond: 1, burst: MANY } } }],
  ['of all', { rate: { perSecond: 1, burst: MANY }, tenant: { rate: false } }],
])('at its edge, %s: the burst passes whole, and no more', async (_of, limits) => {
  await using stub = await start(limits)
  const from = performance.now()
  const whole = await askAll(stub, many(['acme.localhost', CLOSE]))
  expect([...whole.counts]).toEqual([[200, MANY]])
  const { counts } = await askAll(stub, many(['acme.localhost', CLOSE]))
  const seconds = (performance.now() - from) / 1000
  expect(counts.get(200) ?? 0).toBeLessThanOrEqual(seconds)
})

test('none where both are switched off', async () => {
  await using stub = await start({ rate: false, tenant: { rate: false } })
  const { counts } = await askAll(stub, many(['acme.localhost', CLOSE], 300))
  expect([...counts]).toEqual([[200, 300]])
})
