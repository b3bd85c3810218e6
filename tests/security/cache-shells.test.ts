import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ask, isHit, type Got } from '../support/guarded.ts'
import { RUNTIMES, startSite, type Site } from '../support/revalidating.ts'

// Pages with a shell that is the same for all, and a part that is each visitor's own (`cacheComponents`). Crawlers that read nothing but the head get
// a page that is rendered for them as a whole.

const VISITORS = {
  anna: { cookie: 'user=anna' },
  bert: { cookie: 'user=bert' },
  stranger: {},
  'anna as a crawler': { cookie: 'user=anna', 'user-agent': 'Bingbot' },
  crawler: { 'user-agent': 'facebookexternalhit/1.1' },
} as const
type Visitor = keyof typeof VISITORS
const ALL = Object.keys(VISITORS) as Visitor[]

const userOf = (visitor: Visitor): string =>
  visitor.startsWith('anna') ? 'anna' : visitor === 'bert' ? 'bert' : 'undefined'
const isCrawler = (visitor: Visitor): boolean => 'user-agent' in VISITORS[visitor]

describe.each(RUNTIMES)('in the runtime %s', (runtime) => {
  let site: Site

  beforeAll(async () => {
    site = await startSite(runtime, {
      front: 'gateway',
      build: 'cached/p',
      tenants: ['site', 'other'],
    })
  }, 90_000)

  afterAll(async () => {
    await site?.[Symbol.asyncDispose]()
  })

  const get = (
    path: string,
    visitor: Visitor,
    headers: Record<string, string> = {},
  ): Promise<Got> => ask(site, path, { ...VISITORS[visitor], ...headers })

  /** What Next's client asks for. It names what it wants in the query as well, and is led there where it does not. */
  async function payload(
    path: string,
    visitor: Visitor,
    headers: Record<string, string>,
  ): Promise<Got> {
    const asked = { rsc: '1', ...headers }
    const { location } = (await get(path, visitor, { ...asked, 'cache-control': 'no-store' }))
      .headers
    return get(location ?? path, visitor, asked)
  }

  /** Names of users in parts that are somebody's own. */
  const named = ({ text }: Got): Set<string | undefined> =>
    new Set([...text.matchAll(/\[(?:greeting|title) [^\]]*user=(\w+)/g)].map(([, user]) => user))

  const isTitleInHead = ({ text }: Got): boolean =>
    /<title>/.test(text.slice(0, text.indexOf('</head>')))

  test('each has a page of their own, as a whole, one after the other in each order', async () => {
    for (const order of [ALL, ALL.toReversed(), ALL]) {
      for (const visitor of order) {
        const got = await get('/greeting', visitor)
        expect([visitor, got.status, isHit(got)]).toEqual([visitor, 200, false])
        expect([visitor, [...named(got)]]).toEqual([visitor, [userOf(visitor)]])
        expect(got.text).toContain('[frame ')
        expect([visitor, isTitleInHead(got)]).toEqual([visitor, isCrawler(visitor)])
      }
    }
  })

  test('and where all of them ask at once', async () => {
    const asked = Array.from({ length: 60 }, (_, n) => ALL[n % ALL.length] as Visitor)
    const answers = await Promise.all(asked.map((visitor) => get('/greeting', visitor)))
    expect(answers.map((got) => [...named(got)])).toEqual(asked.map((visitor) => [userOf(visitor)]))
    expect(answers.map(isTitleInHead)).toEqual(asked.map(isCrawler))
  })

  test.each([
    ['a navigation', {}],
    ['a prefetch at run time', { 'next-router-prefetch': '2' }],
  ])('%s is shared by nobody', async (_, headers) => {
    for (const visitor of [...ALL, ...ALL.toReversed()]) {
      const got = await payload('/greeting', visitor, headers)
      expect([visitor, got.status, isHit(got)]).toEqual([visitor, 200, false])
      expect(got.headers['content-type']).toBe('text/x-component')
      for (const user of named(got)) expect([visitor, user]).toEqual([visitor, userOf(visitor)])
    }
  })

  test('a prefetch of what is in the shell is one for all, and names nobody', async () => {
    const headers = {
      'next-router-prefetch': '1',
      'next-router-segment-prefetch': '/greeting/__PAGE__',
    }
    const got: Got[] = []
    for (const visitor of ALL) got.push(await payload('/greeting', visitor, headers))
    expect(got.map(isHit)).toEqual([false, ...ALL.slice(1).map(() => true)])
    expect(new Set(got.map(({ text }) => text)).size).toBe(1)
    expect(got[0]?.text).toContain('[frame ')
    expect([...named(got[0] as Got)]).toEqual([])
    // Nor is it what is given for the page.
    expect([...named(await get('/greeting', 'bert'))]).toEqual(['bert'])
  })

  test('a crawler gets the page that is the same for all as the others do, its title in the head', async () => {
    const stamps = new Set<string | undefined>()
    for (const visitor of [...ALL, ...ALL]) {
      const got = await get('/titled', visitor)
      expect([visitor, got.status, isTitleInHead(got)]).toEqual([visitor, 200, true])
      expect([visitor, got.text.includes('[titled ')]).toEqual([visitor, true])
      stamps.add(/ stamp=(\w+)/.exec(got.text)?.[1])
    }
    expect(stamps.size).toBe(1)
    expect(isHit(await get('/titled', 'crawler'))).toBe(true)
  })

  test('what was rendered for a crawler that came first goes to nobody else, and keeps nobody from the cache', async () => {
    const other = { host: 'other.localhost' }
    const [first, second] = [
      await get('/titled', 'crawler', other),
      await get('/titled', 'crawler', other),
    ]
    expect([isHit(first), isHit(second)]).toEqual([false, false])
    expect(second.text).not.toBe(first.text)
    for (const visitor of ['stranger', 'anna', 'crawler'] as const) {
      const got = await get('/titled', visitor, other)
      expect([visitor, got.status, got.text === first.text]).toEqual([visitor, 200, false])
      expect(got.headers['cache-control']).toMatch(/^s-maxage=/)
      expect([visitor, isHit(got)]).toEqual([visitor, visitor !== 'stranger'])
    }
  })
})
