import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ask, isHit, startGuarded, visitors, type Visitor } from '../support/guarded.ts'
import { RUNTIMES, type Site } from '../support/revalidating.ts'

// One tenant's, one user's, one language's or one draft's answer goes to no other, nor a page's HTML to who asks for its RSC payload.

const CLIENTS = 24
const REQUESTS = 2000

describe.each(RUNTIMES)('in the runtime %s', (runtime) => {
  let site: Site
  let all: readonly Visitor[]

  beforeAll(async () => {
    site = await startGuarded(runtime)
    all = await visitors(site)
  }, 90_000)

  afterAll(async () => {
    await site[Symbol.asyncDispose]()
  })

  test('one after the other, in each order', async () => {
    const wrong: string[] = []
    for (const order of [all, all.toReversed(), all]) {
      for (const visitor of order) await visit(site, visitor, wrong)
    }
    expect(wrong).toEqual([])
  })

  test(`${REQUESTS} requests of ${CLIENTS} clients at once`, async () => {
    const wrong: string[] = []
    const random = seeded(42)
    let left = REQUESTS
    let hits = 0
    const client = async (): Promise<void> => {
      while (left-- > 0) {
        const visitor = all[Math.floor(random() * all.length)] as Visitor
        if (await visit(site, visitor, wrong)) hits++
      }
    }
    await Promise.all(Array.from({ length: CLIENTS }, client))
    expect(wrong).toEqual([])
    // Most that may be shared is.
    expect(hits).toBeGreaterThan(REQUESTS / 4)
  }, 120_000)

  test('what only proxy.ts, a rule or a draft decides is never answered from the cache', async () => {
    const paths = new Set(['/account', '/account/x.css', '/members', '/offer', '/plan', '/'])
    const mine = all.filter(({ who, path }) => paths.has(path) || who === 'an editor')
    expect(mine.length).toBeGreaterThan(15)
    for (const { path, headers } of [...mine, ...mine]) {
      expect([path, isHit(await ask(site, path, headers))]).toEqual([path, false])
    }
  })
})

/** @returns whether the answer was shared */
async function visit(site: Site, visitor: Visitor, wrong: string[]): Promise<boolean> {
  const { who, path, headers, check } = visitor
  const got = await ask(site, path, headers)
  const fault = check(got)
  if (fault !== '')
    wrong.push(`${who} at ${path}: ${fault} (${String(got.headers['cache-status'])})`)
  return isHit(got)
}

/** The same numbers in each run: Lehmer's generator. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}
