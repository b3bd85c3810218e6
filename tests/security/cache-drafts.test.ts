import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { answering, get, PAGE, settled, text } from '../support/cache.ts'
import { ask, isHit, startGuarded, type Got } from '../support/guarded.ts'
import { RUNTIMES, startSite, withoutMiddleware, type Site } from '../support/revalidating.ts'
import { startStubbed, stubUpstreams } from '../support/stub-app.ts'

// What an editor sees goes to nobody else, and an editor never sees what is stored. A stranger who says to be one, or sends a POST to a page, changes
// nothing for others.

describe.each(['child', 'upstream'])('an app as %s', (kind) => {
  beforeAll(() => {
    if (kind === 'upstream') stubUpstreams()
  })

  test.each([
    '__prerender_bypass=x',
    '__next_preview_data=x',
    'a=b; __prerender_bypass=x; c=d',
    'a=b;__next_preview_data=',
  ])('with the cookie %s', async (cookie) => {
    await using stub = await startStubbed(answering('public, s-maxage=60'))
    const asked = [cookie, undefined, cookie, undefined]
    const said: string[] = []
    for (const each of asked) said.push(await text(stub, PAGE, each ? { cookie: each } : {}))
    expect(said.map((answer) => answer.slice(0, 8))).toEqual([
      'answer 1',
      'answer 2',
      'answer 3',
      'answer 2',
    ])
    expect((await get(stub, PAGE, { cookie })).headers.get('cache-status')).toBeNull()
  })
})

test('an editor does not wait for what others have asked for, nor they for an editor', async () => {
  const waiting: (() => void)[] = []
  let n = 0
  await using stub = await startStubbed((_, res) => {
    const mine = ++n
    waiting.push(
      () => void res.writeHead(200, { 'cache-control': 's-maxage=60' }).end(`answer ${mine}`),
    )
  })
  const editor = { cookie: '__prerender_bypass=x' }
  const all = [text(stub)]
  for (const headers of [editor, {}, editor]) {
    await settled()
    all.push(text(stub, PAGE, headers))
  }
  await settled()
  // The second reader waits for what the first has asked for.
  expect(waiting).toHaveLength(3)
  for (const answer of waiting) answer()
  expect(await Promise.all(all)).toEqual(['answer 1', 'answer 2', 'answer 1', 'answer 3'])
  expect(await text(stub)).toBe('answer 1')
})

describe.each(RUNTIMES)('the Pages Router in the runtime %s', (runtime) => {
  let site: Site
  let bypass: string

  beforeAll(async () => {
    // What middleware is asked about is never stored.
    site = await startSite(runtime, { front: 'gateway', build: 'pages/p', edit: withoutMiddleware })
    const { headers } = await ask(site, '/api/preview')
    const [cookie = ''] = String(headers['set-cookie']).split(';')
    bypass = cookie
  }, 90_000)

  afterAll(async () => {
    await site?.[Symbol.asyncDispose]()
  })

  test.each(['/kept', '/de/kept', '/_next/data/twins/en/kept.json'])('%s', async (path) => {
    const readers: Got[] = []
    for (const who of ['editor', 'reader', 'forger', 'reader', 'editor', 'reader']) {
      const cookie = { editor: bypass, forger: '__prerender_bypass=x' }[who]
      const got = await ask(site, path, cookie === undefined ? {} : { cookie })
      expect([who, got.status]).toEqual([who, 200])
      expect([who, got.text]).toEqual([who, expect.stringContaining(`preview=${who === 'editor'}`)])
      if (who === 'reader') readers.push(got)
      else expect([who, isHit(got)]).toEqual([who, false])
    }
    expect(readers.map(isHit)).toEqual([false, true, true])
    expect(new Set(readers.map((reader) => reader.text)).size).toBe(1)
  })
})

describe.each(RUNTIMES)('a POST of a stranger in the runtime %s', (runtime) => {
  let site: Site

  beforeAll(async () => {
    site = await startGuarded(runtime)
  }, 90_000)

  afterAll(async () => {
    await site?.[Symbol.asyncDispose]()
  })

  const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

  test.each([
    ['/static', {}],
    ['/static', { 'next-action': 'x' }],
    ['/static', { rsc: '1' }],
    ['/items/posted', FORM],
    ['/items/posted', { 'content-type': 'multipart/form-data; boundary=x' }],
    // It takes no POST.
    ['/api/tenant?n=posted', FORM],
  ])('to %s with %j: neither kept nor the end of what is', async (path, headers) => {
    const before = await ask(site, path)
    expect(before.status).toBe(200)
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const answer = await site.send(path, { method, headers, body: 'user=evil' })
      answer.resume()
      await answer.toArray().catch(() => {})
      const after = await ask(site, path)
      expect([method, isHit(after), after.text]).toEqual([method, true, before.text])
    }
  })

  test('to a page that nobody has asked for yet: it is not what others get', async () => {
    const path = '/items/never-asked'
    const answer = await site.send(path, { method: 'POST', headers: FORM, body: 'user=evil' })
    await answer.toArray()
    const first = await ask(site, path)
    expect([first.status, isHit(first)]).toEqual([200, false])
    expect(first.text).toContain('[item id=never-asked ')
    expect(first.text).not.toContain('evil')
    expect(isHit(await ask(site, path))).toBe(true)
  })
})
