import { request, type ServerResponse } from 'node:http'
import { describe, expect, test } from '@jest/globals'
import { TAGS } from '../../gateway/dist/http/internal-headers.js'
import { answering, get, PAGE, requests, settled, text, until } from '../support/cache.ts'
import { fetchOn, open } from '../support/http.ts'
import { startStubbed } from '../support/stub-app.ts'

// The shared cache of responses (RFC 9111), in front of an app that is a plain HTTP server.

describe('storing', () => {
  test('an answer with a lifetime is stored, and says its age', async () => {
    await using stub = await startStubbed(answering('s-maxage=60', { etag: '"one"' }))
    const first = await get(stub)
    const second = await get(stub)
    expect(await first.text()).toBe('answer 1 to /page')
    expect(first.headers.get('cache-status')).toBe('Tenantry; fwd=uri-miss; stored')
    expect(await second.text()).toBe('answer 1 to /page')
    expect(second.headers.get('cache-status')).toMatch(/^Tenantry; hit; ttl=(?:5\d|60)$/)
    expect(second.headers.get('age')).toMatch(/^\d$/)
    expect(second.headers.get('etag')).toBe('"one"')
    expect(second.headers.get('cache-control')).toBe('s-maxage=60')
    expect(second.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'))
    expect(stub.seen).toEqual(['GET /page'])
    await until(() => requests(stub).length === 2)
    expect(requests(stub).map(({ cache, served }) => [cache, served])).toEqual([
      ['miss', 'acme#1'],
      ['hit', 'cache'],
    ])
  })

  test('what caches behind the gateway say stands before what it says itself', async () => {
    const headers = { 'cache-status': ['Origin; hit', 'Edge; fwd=miss'] }
    await using stub = await startStubbed(answering('s-maxage=60', headers))
    const [first, second] = [await get(stub), await get(stub)]
    const behind = 'Origin; hit, Edge; fwd=miss, '
    expect(first.headers.get('cache-status')).toBe(`${behind}Tenantry; fwd=uri-miss; stored`)
    expect(second.headers.get('cache-status')).toMatch(`${behind}Tenantry; hit; ttl=`)
    expect(second.headers.get('cache-status')).toMatch(/^Origin/)
  })

  test.each([
    ['no lifetime', undefined],
    ['no-store', 'no-store, s-maxage=60'],
    ['private', 'private, s-maxage=60'],
    ['no-cache', 'no-cache, s-maxage=60'],
    ['a lifetime of nothing', 'public, max-age=0'],
    ['a lifetime that is no number', 's-maxage=soon'],
    ['two lifetimes, of which one is nothing', 's-maxage=60, s-maxage=0'],
  ])('%s: not stored', async (_, cacheControl) => {
    await using stub = await startStubbed(answering(cacheControl))
    expect(await text(stub)).toBe('answer 1 to /page')
    expect(await text(stub)).toBe('answer 2 to /page')
  })

  test.each([
    ['Set-Cookie', { 'set-cookie': 'a=b' }],
    ['Vary: *', { vary: '*' }],
    ['a coding that nobody asked for', { 'content-encoding': 'br' }],
    ['x-tenantry-cache: off', { 'x-tenantry-cache': 'off' }],
    ['the same twice', { 'x-tenantry-cache': 'off, Off' }],
  ])('%s: not stored', async (_, headers) => {
    await using stub = await startStubbed(answering('public, s-maxage=60', headers))
    await text(stub)
    await text(stub)
    expect(stub.seen).toHaveLength(2)
  })

  test.each([
    [200, true],
    [301, true],
    [404, true],
    [410, true],
    [206, false],
    [400, false],
    [500, false],
  ])('status %d: stored is %s', async (status, isStored) => {
    await using stub = await startStubbed((_, res) => {
      res.writeHead(status, { 'cache-control': 's-maxage=60', location: '/' }).end('x')
    })
    await get(stub)
    expect((await get(stub)).status).toBe(status)
    expect(stub.seen).toHaveLength(isStored ? 1 : 2)
  })

  test('another query, another host, another port: other answers', async () => {
    await using stub = await startStubbed(answering('s-maxage=60'))
    const urls = [
      PAGE,
      `${PAGE}?a=1`,
      'http://a.acme.test/page',
      'http://b.acme.test/page',
      'http://acme.localhost:81/page',
      'http://globex.localhost/page',
    ]
    const texts = []
    for (const url of [...urls, ...urls]) texts.push(await text(stub, url))
    expect(new Set(texts).size).toBe(urls.length)
    expect(stub.seen).toHaveLength(urls.length)
  })

  test('an answer that is larger than config allows is streamed, and not stored', async () => {
    const body = Buffer.alloc(20_000, 'x')
    const gateway = { cache: { maxEntryBytes: 10_000 } }
    await using stub = await startStubbed(
      (_, res) => void res.writeHead(200, { 'cache-control': 's-maxage=60' }).end(body),
      { gateway },
    )
    expect((await text(stub)).length).toBe(20_000)
    expect((await text(stub)).length).toBe(20_000)
    expect(stub.seen).toHaveLength(2)
  })

  test('an answer that breaks off is not stored, and never looks complete', async () => {
    let n = 0
    await using stub = await startStubbed((_, res) => {
      res.writeHead(200, { 'cache-control': 's-maxage=60' })
      res.write('part')
      if (++n === 1) setImmediate(() => res.destroy())
      else res.end(' and rest')
    })
    await expect(text(stub)).rejects.toThrow(/aborted|hang up|ECONNRESET/)
    expect(await text(stub)).toBe('part and rest')
  })

  test('the caches of an app and of a tenant can be switched off', async () => {
    const files = {
      'config/tenants/globex.json': { app: 'acme', hosts: ['globex.localhost'], cache: false },
    }
    await using stub = await startStubbed(answering('s-maxage=60'), { files })
    for (const host of ['acme', 'globex']) {
      for (let i = 0; i < 2; i++) await text(stub, `http://${host}.localhost/page`)
    }
    expect(stub.seen).toHaveLength(3)
    await stub.project.write('config/apps/acme.json', { cache: false })
    await stub.gateway.reload()
    await text(stub)
    await text(stub)
    expect(stub.seen).toHaveLength(5)
  })

  test('cache.maxAge of an app is the longest that an answer is used', async () => {
    await using stub = await startStubbed(answering('s-maxage=3600'), {
      files: { 'config/apps/acme.json': { cache: { maxAge: '1ms' } } },
    })
    await text(stub)
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await text(stub)).toBe('answer 2 to /page')
  })
})

describe('one request for many', () => {
  test('200 requests at once for what is not stored are one request to the app', async () => {
    const waiting: ServerResponse[] = []
    await using stub = await startStubbed((_, res) => void waiting.push(res))
    const asked = Array.from({ length: 200 }, () => get(stub))
    await until(() => waiting.length > 0)
    await settled()
    waiting[0]?.writeHead(200, { 'cache-control': 's-maxage=60' }).end('one for all')
    const answers = await Promise.all(asked)
    const texts = await Promise.all(answers.map((answer) => answer.text()))
    expect(new Set(texts)).toEqual(new Set(['one for all']))
    expect(stub.seen).toEqual(['GET /page'])
    const statuses = answers.map(({ headers }) => headers.get('cache-status') ?? '')
    expect(statuses).toContain('Tenantry; fwd=uri-miss; stored')
    expect(statuses.filter((status) => status.includes('; collapsed')).length).toBeGreaterThan(100)
  })

  test('where the head shows that it is for one alone, the others go on at once', async () => {
    const waiting: ServerResponse[] = []
    await using stub = await startStubbed((_, res) => {
      waiting.push(res)
      if (waiting.length > 1) res.writeHead(200, { 'cache-control': 'private' }).end('own')
    })
    const asked = Array.from({ length: 20 }, () => text(stub))
    await until(() => waiting.length > 0)
    await settled()
    expect(stub.seen).toHaveLength(1)
    // The body never ends before the others are answered.
    waiting[0]?.writeHead(200, { 'cache-control': 'private' }).write('first')
    await until(() => waiting.length === 20)
    waiting[0]?.end()
    expect((await Promise.all(asked)).toSorted((a, b) => a.localeCompare(b))).toEqual(
      ['first', ...Array<string>(19).fill('own')].toSorted((a, b) => a.localeCompare(b)),
    )
  })

  test('the client that asked first gets its answer as it comes', async () => {
    const waiting: ServerResponse[] = []
    await using stub = await startStubbed((_, res) => {
      waiting.push(res.writeHead(200, { 'cache-control': 's-maxage=60' }))
      res.write('first ')
    })
    const answer = await open(stub.port, PAGE)
    const body = answer[Symbol.asyncIterator]()
    expect(String((await body.next()).value)).toBe('first ')
    waiting[0]?.end('last')
    expect(String((await body.next()).value)).toBe('last')
  })

  test('a client that leaves does not end the answer of the others', async () => {
    const waiting: ServerResponse[] = []
    await using stub = await startStubbed((_, res) => void waiting.push(res))
    const leader = fetchAndLeave(stub.port)
    await until(() => waiting.length > 0)
    const other = text(stub)
    await settled()
    leader.leave()
    await settled()
    waiting[0]?.writeHead(200, { 'cache-control': 's-maxage=60' }).end('for those who stay')
    expect(await other).toBe('for those who stay')
    expect(stub.seen).toHaveLength(1)
  })

  test('nor does one that leaves half way, and it is stored', async () => {
    const waiting: ServerResponse[] = []
    await using stub = await startStubbed((_, res) => {
      waiting.push(res.writeHead(200, { 'cache-control': 's-maxage=60' }))
      res.write('first ')
    })
    const leader = await open(stub.port, PAGE)
    const other = text(stub)
    await settled()
    leader.destroy()
    await until(() => requests(stub).some((line) => line['aborted'] === true))
    waiting[0]?.end('last')
    expect(await other).toBe('first last')
    expect(await text(stub)).toBe('first last')
    expect(stub.seen).toHaveLength(1)
  })

  test('where nobody is left who waits, the app is told so', async () => {
    const waiting: ServerResponse[] = []
    await using stub = await startStubbed((_, res) => void waiting.push(res))
    const leader = fetchAndLeave(stub.port)
    await until(() => waiting.length > 0)
    leader.leave()
    await until(() => waiting[0]?.destroyed === true)
    expect(stub.seen).toHaveLength(1)
  })

  test('requests of other languages are asked for once each', async () => {
    let n = 0
    await using stub = await startStubbed((req, res) => {
      n++
      const headers = { 'cache-control': 's-maxage=60', vary: 'accept-language' }
      setTimeout(() => res.writeHead(200, headers).end(req.headers['accept-language']), 20)
    })
    const languages = ['de', 'en', 'fr']
    const asked = Array.from({ length: 60 }, (_, i) => languages[i % 3] as string)
    const texts = await Promise.all(
      asked.map((language) => text(stub, PAGE, { 'accept-language': language })),
    )
    expect(texts).toEqual(asked)
    expect(n).toBeLessThan(10)
  })

  test('those who wait too long, or are too many, are asked for by themselves', async () => {
    const waiting: ServerResponse[] = []
    const gateway = { cache: { maxWaiting: 2, waitTimeout: '50ms' } }
    await using stub = await startStubbed((_, res) => void waiting.push(res), { gateway })
    const asked = Array.from({ length: 5 }, () => text(stub))
    // The first, and the two that are too many; then the two whose time is over.
    await until(() => waiting.length === 5)
    for (const res of waiting) res.writeHead(200, { 'cache-control': 's-maxage=60' }).end('x')
    expect(await Promise.all(asked)).toEqual(Array(5).fill('x'))
  })
})

describe('stale answers', () => {
  test('stale-while-revalidate: the old one at once, and one request for a newer one', async () => {
    const waiting: ServerResponse[] = []
    await using stub = await startStubbed((_, res) => {
      res.setHeader('cache-control', `s-maxage=${waiting.length * 60}, stale-while-revalidate=60`)
      if (waiting.push(res) === 1) res.end('old')
    })
    expect(await text(stub)).toBe('old')
    const texts = await Promise.all(Array.from({ length: 10 }, () => text(stub)))
    expect(new Set(texts)).toEqual(new Set(['old']))
    await until(() => waiting.length === 2)
    await settled()
    expect(waiting).toHaveLength(2)
    waiting[1]?.end('new')
    await settled()
    expect(await text(stub)).toBe('new')
    expect(requests(stub).some(({ cache }) => cache === 'stale')).toBe(true)
  })

  test.each([
    ['what is stored', 1],
    ['what Next.js has', 0],
  ])(
    'while Next.js makes a newer one, visitors get %s, and the app is not asked again and again',
    async (_, fresh) => {
      let body = fresh === 1 ? 'old' : 'stale'
      const shown = body
      let asked = 0
      await using stub = await startStubbed((req, res) => {
        if (req.method === 'POST') return res.end()
        res.setHeader('cache-control', 's-maxage=0, stale-while-revalidate=60')
        res.setHeader(TAGS, 'tag')
        if (asked >= fresh) res.setHeader('x-nextjs-cache', 'STALE')
        asked++
        return res.end(body)
      })
      const since = performance.now()
      // Whatever becomes of the newer one, it is asked for again after a second, and never more often.
      const isAskedSeldom = (): boolean =>
        asked <= fresh + 1 + Math.floor((performance.now() - since) / 1000)
      expect(await text(stub)).toBe(shown)
      body = 'stale'
      expect(await text(stub)).toBe(shown)
      await until(() => asked > fresh)
      await settled()
      for (let n = 0; n < 50; n++) expect(await text(stub)).toBe(shown)
      expect(isAskedSeldom()).toBe(true)
      const before = asked
      const isAskedAgain = (): boolean => asked > before
      while (!isAskedAgain()) expect(await text(stub)).toBe(shown)
      await settled()
      for (let n = 0; n < 50; n++) expect(await text(stub)).toBe(shown)
      expect(isAskedSeldom()).toBe(true)
      await (await fetchOn(stub.port, PAGE, { method: 'POST' })).text()
      expect(await text(stub)).toBe('stale')
      body = 'new'
      await (await fetchOn(stub.port, PAGE, { method: 'POST' })).text()
      expect(await text(stub)).toBe('new')
    },
  )

  test('where the newer one may not be kept, the next visitor waits for it', async () => {
    let asked = 0
    await using stub = await startStubbed((_, res) => {
      res.setHeader('cache-control', 's-maxage=0, stale-while-revalidate=60')
      res.setHeader('x-nextjs-cache', 'HIT')
      if (++asked === 1) res.setHeader(TAGS, 'tag')
      res.end(asked === 1 ? 'old' : 'new')
    })
    expect(await text(stub)).toBe('old')
    expect(await text(stub)).toBe('old')
    await until(() => asked === 2)
    await settled()
    expect(await text(stub)).toBe('new')
  })

  test('stale-if-error: where the app fails, the old one', async () => {
    let fails = false
    let cacheControl = ''
    await using stub = await startStubbed((_, res) => {
      if (fails) res.writeHead(500).end('sorry')
      else res.writeHead(200, { 'cache-control': cacheControl }).end('good')
    })
    for (const [directive, status] of [
      ['stale-if-error=60', 200],
      ['must-revalidate', 500],
    ] as const) {
      cacheControl = `s-maxage=1, stale-if-error=60, ${directive}`
      fails = false
      const url = `${PAGE}?${directive}`
      expect(await text(stub, url)).toBe('good')
      fails = true
      await new Promise((resolve) => setTimeout(resolve, 1001))
      const answer = await get(stub, url)
      expect(answer.status).toBe(status)
      expect(answer.headers.get('cache-status')).toContain('fwd=stale')
    }
  })

  test('a stale answer is asked about with its ETag, and a 304 freshens it', async () => {
    const asked: unknown[] = []
    await using stub = await startStubbed((req, res) => {
      asked.push(req.headers['if-none-match'])
      const first = asked.length === 1
      const headers = {
        'cache-control': `s-maxage=${first ? 0 : 60}, stale-while-revalidate=${first ? 1 : 0}`,
        etag: '"v1"',
      }
      if (req.headers['if-none-match'] === '"v1"')
        res.writeHead(304, { ...headers, 'x-new': 'yes' }).end()
      else res.writeHead(200, headers).end('body')
    })
    expect(await text(stub)).toBe('body')
    expect(await text(stub)).toBe('body')
    await until(() => asked.length === 2)
    await settled()
    const third = await get(stub)
    expect(await third.text()).toBe('body')
    expect(third.headers.get('x-new')).toBe('yes')
    expect(third.headers.get('cache-status')).toMatch(/^Tenantry; hit; ttl=/)
    expect(asked).toEqual([undefined, '"v1"'])
  })
})

/** A request whose client can leave. */
function fetchAndLeave(port: number): { leave(): void } {
  const sent = request({
    port,
    host: '127.0.0.1',
    path: '/page',
    headers: { host: 'acme.localhost' },
  })
  sent.on('error', () => {})
  sent.end()
  return { leave: () => void sent.destroy() }
}
