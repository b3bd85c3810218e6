import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { RUNTIMES, startSite, tagsOf, textOf, type Site } from '../support/revalidating.ts'

// Where the gateway may keep an answer, the app says what it is made from: the cache tags, and since when Next.js has it.

describe.each(RUNTIMES)('in the runtime %s', (runtime) => {
  describe('App Router and Pages Router', () => {
    let site: Site

    beforeAll(async () => {
      site = await startSite(runtime, { front: 'nothing' })
    }, 90_000)

    afterAll(async () => {
      await site[Symbol.asyncDispose]()
    })

    test.each([
      ['a static page', '/static', ['_N_T_/static', '_N_T_/layout']],
      ['a page with tagged data', '/tagged', ['_N_T_/tagged', 'shop', 'gr%C3%B6%C3%9Fe']],
      ['the same behind a rewrite', '/alias', ['_N_T_/tagged', 'shop', 'gr%C3%B6%C3%9Fe']],
      ['an ISR page', '/isr', ['_N_T_/isr']],
      ['a page of a dynamic route', '/items/one', ['_N_T_/items/one', '_N_T_/items/[id]/page']],
      ['one that was not built', '/items/other', ['_N_T_/items/other', '_N_T_/items/[id]/page']],
      ['a cached route handler', '/api/fixed', ['_N_T_/api/fixed', 'fixed']],
      ['a page that is not found', '/nowhere', ['_N_T_/_not-found']],
      ['getStaticProps', '/news/one', ['_N_T_/news/one']],
      ['its data', '/_next/data/twins/news/one.json', ['_N_T_/news/one']],
      ['getStaticProps that was not built', '/news/other', ['_N_T_/news/other']],
    ])('%s: its tags, and its age', async (_, path, tags) => {
      const filled = await fill(site, path)
      expect(filled.tags).toEqual(expect.arrayContaining(tags))
      expect(filled.age).toBeGreaterThanOrEqual(0)
    })

    test('the RSC payload of a page has the tags of its page', async () => {
      const { headers } = await site.send('/tagged', { headers: { rsc: '1' } })
      const { tags, type } = await fill(site, String(headers.location), { rsc: '1' })
      expect(type).toContain('text/x-component')
      expect(tags).toEqual(expect.arrayContaining(['_N_T_/tagged', 'shop']))
    })

    test('a page that is served while Next.js makes a newer one says its own age', async () => {
      const { age } = await untilStale(site, '/isr')
      // Next.js counts parts of a millisecond, an age does not.
      expect(age).toBeGreaterThanOrEqual(1)
    })

    test.each([
      ['/tagged', '/api/revalidate?tag=shop'],
      ['/static', '/api/revalidate?path=/static'],
      ['/items/one', '/api/revalidate?path=/items/[id]&type=page'],
      ['/api/fixed', '/api/revalidate?tag=fixed'],
      ['/news/one', '/api/renew?path=/news/one'],
      ['/static', '/api/renew?path=/static'],
    ])('of %s: the age since it was made, and the tags that %s tells', (path, revalidate) =>
      expectRevalidated(site, path, revalidate),
    )

    test('answers that are not kept say nothing', async () => {
      for (const path of ['/act', '/_next/static/none.js', '/api/after']) {
        const { tags, age } = await fill(site, path)
        expect([path, tags, age]).toEqual([path, undefined, undefined])
      }
    })

    test('answers that nobody asked of say nothing, not even beside others', async () => {
      const paths = ['/static', '/tagged', '/items/one', '/news/one', '/api/fixed']
      const asked = Array.from({ length: 10 }, () => paths).flat()
      await Promise.all(
        asked.map(async (path, n) => {
          if (n % 2 === 0) {
            const { headers } = await site.send(path)
            const said = Object.keys(headers).filter((name) => name.startsWith('x-tenantry'))
            expect(said).toEqual([])
          } else {
            const { tags = [`_N_T_${path}`] } = await fill(site, path)
            const pages = tags.filter((tag) => paths.some((other) => tag === `_N_T_${other}`))
            expect(pages).toContain(`_N_T_${path}`)
            expect(new Set(pages).size).toBe(1)
          }
        }),
      )
    })
  })

  test('`use cache`: the tags and the age of the page that it is part of', async () => {
    await using site = await startSite(runtime, { front: 'nothing', build: 'cached/p' })
    const { tags } = await fill(site, '/lives')
    expect(tags).toEqual(expect.arrayContaining(['_N_T_/lives', 'lives']))
    await expectRevalidated(site, '/lives', '/api/revalidate?tag=lives')
  })

  test('i18n: each language has a tag of its own', async () => {
    await using site = await startSite(runtime, { front: 'nothing', build: 'pages/p' })
    expect((await fill(site, '/kept')).tags).toEqual(['_N_T_/en/kept'])
    expect((await fill(site, '/de/kept')).tags).toEqual(['_N_T_/de/kept'])
    await expectRevalidated(site, '/de/kept', '/api/revalidate?path=/de/kept')
  })
})

interface Filled {
  readonly tags: readonly string[] | undefined
  /** Seconds. */
  readonly age: number | undefined
  readonly type: string
  /** What Next.js says of its own cache. */
  readonly cache: string | undefined
  readonly text: string
}

/** Asks as the gateway does where it may keep the answer. */
async function fill(
  { send }: Site,
  path: string,
  more: Record<string, string> = {},
): Promise<Filled> {
  const answer = await send(path, { headers: { ...more, 'x-tenantry-fill': '1' } })
  const { headers } = answer
  const said = headers['x-tenantry-tags']
  const age = headers['x-tenantry-age']
  return {
    tags: said === undefined ? undefined : String(said).split(',').map(decodeURIComponent),
    age: age === undefined ? undefined : Number(age),
    type: String(headers['content-type']),
    cache: headers['x-nextjs-cache'] as string | undefined,
    text: await textOf(answer),
  }
}

async function untilStale(site: Site, path: string): Promise<Filled> {
  for (;;) {
    const filled = await fill(site, path)
    if (filled.cache === 'STALE' && filled.age !== undefined) return filled
  }
}

/** The revalidation names a tag of the page, and the page is new since then. */
async function expectRevalidated(site: Site, path: string, revalidate: string): Promise<void> {
  const before = await fill(site, path)
  const from = site.now()
  const start = Date.now()
  await textOf(await site.send(revalidate, { method: 'POST' }))
  await site.next(from, (line) => line['event'] === 'head' && line['method'] === 'POST', 'its head')
  const told = tagsOf(site.told(from))
  expect(told.some((tag) => before.tags?.includes(tag))).toBe(true)
  const made = await fill(site, path)
  expect(made.text).not.toBe(before.text)
  const end = Date.now()
  const asked = Date.now()
  const kept = await fill(site, path)
  expect(kept.text).toBe(made.text)
  expect(kept.age).toBeLessThanOrEqual((Date.now() - start) / 1000)
  expect(kept.age).toBeGreaterThanOrEqual((asked - end) / 1000)
}
