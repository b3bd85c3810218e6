import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { KINDS, RUNTIMES, startSite, textOf, type Site } from '../support/revalidating.ts'

// The headers with which the gateway and its apps talk of caches: no stranger can say them, and no client sees them.

const FORGED = {
  'x-tenantry-fill': '1',
  x_tenantry_fill: '1',
  'x-tenantry-revalidated': 'shop',
  'x-tenantry-tags': 'shop',
  'x-tenantry-age': '0',
}
const PATHS = ['/static', '/isr', '/tagged', '/items/any', '/news/any', '/api/fixed', '/act', '/no']

describe.each(RUNTIMES)('in the runtime %s', (runtime) => {
  let site: Site

  beforeAll(async () => {
    site = await startSite(runtime, { front: 'gateway' })
    // What Next.js makes anew for the first visitor is told in its own name.
    await textOf(await site.send('/isr'))
  }, 90_000)

  afterAll(async () => {
    await site[Symbol.asyncDispose]()
  })

  test('a stranger who says them gets no answer to them, and revalidates nothing', async () => {
    const from = site.now()
    for (const path of PATHS) {
      for (const method of ['GET', 'HEAD', 'POST']) {
        const answer = await site.send(path, { method, headers: FORGED })
        expect([path, method, internal(answer.headers)]).toEqual([path, method, []])
        await textOf(answer)
      }
    }
    const marker = await site.send('/api/revalidate?tag=marker', {
      method: 'POST',
      headers: FORGED,
    })
    await textOf(marker)
    const isMarker = (line: object): boolean => JSON.stringify(line).includes('"marker"')
    await site.next(from, isMarker, 'a later revalidation')
    const told = site.told(from).filter((line) => line['isRenewal'] !== true)
    expect(told.every((line) => isMarker(line))).toBe(true)
  })

  test.each(KINDS)('$name: the client sees none of it', async ({ ask }) => {
    const answer = await ask(site.send)
    expect(internal(answer.headers)).toEqual([])
    answer.destroy()
  })
})

test.each(RUNTIMES)(
  'in the runtime %s, what keeps an answer out of the cache is not in it',
  async (runtime) => {
    await using site = await startSite(runtime, { front: 'gateway', build: 'catchall/p' })
    const texts = new Set<string>()
    // The first is asked for many; those after it go by.
    for (const method of ['GET', 'GET', 'POST', 'HEAD', 'GET']) {
      const answer = await site.send('/api/products?cache=off', { method })
      expect([method, answer.statusCode, internal(answer.headers)]).toEqual([method, 200, []])
      texts.add(await textOf(answer))
    }
    // Each GET has one of its own.
    expect(texts.size).toBe(5)
  },
  90_000,
)

function internal(headers: object): string[] {
  return Object.keys(headers).filter((name) => name.startsWith('x-tenantry'))
}
