import type { RequestListener } from 'node:http'
import { describe, expect, test } from '@jest/globals'
import { answering, get, PAGE, requests, text, until } from '../support/cache.ts'
import { fetchOn } from '../support/http.ts'
import { startStubbed, type StubbedGateway } from '../support/stub-app.ts'

// RFC 9111 from outside: how long an answer is fresh, what a request may ask, and what is asked of the app all the same.

const ttlOf = (answer: Response): number =>
  Number(/; hit; ttl=(-?\d+)$/.exec(answer.headers.get('cache-status') ?? '')?.[1])

const httpDate = (seconds: number): string => new Date(Date.now() + seconds * 1000).toUTCString()

function head(stub: StubbedGateway, url = PAGE): Promise<Response> {
  return fetchOn(stub.port, url, { method: 'HEAD' })
}

describe('freshness', () => {
  test.each([
    ['s-maxage before max-age', 200, { 'cache-control': 'max-age=10, s-maxage=500' }, 500],
    ['max-age before Expires', 200, { 'cache-control': 'max-age=500', expires: httpDate(9) }, 500],
    ['Expires', 200, { expires: httpDate(500) }, 500],
    ['less the Age', 200, { 'cache-control': 'max-age=500', age: '100' }, 400],
    ['less the time since Date', 200, { 'cache-control': 'max-age=500', date: httpDate(-50) }, 450],
    ['404: a minute at most', 404, { 'cache-control': 's-maxage=31536000' }, 60],
    ['410: a minute at most', 410, { 'cache-control': 's-maxage=31536000' }, 60],
  ])('%s', async (_, status, headers, seconds) => {
    await using stub = await startStubbed((_req, res) => void res.writeHead(status, headers).end())
    await get(stub)
    const answer = await get(stub)
    expect(answer.status).toBe(status)
    expect(ttlOf(answer)).toBeLessThanOrEqual(seconds)
    expect(ttlOf(answer)).toBeGreaterThan(seconds - 60)
    const age = Number(answer.headers.get('age'))
    expect(age + ttlOf(answer)).toBeGreaterThanOrEqual(seconds - 60)
  })

  test.each([
    ['Expires in the past', { expires: httpDate(-1) }],
    ['Expires that is no date', { expires: '0' }],
    ['an Age beyond its lifetime', { 'cache-control': 'max-age=10', age: '11' }],
    ['a validator alone', { etag: '"1"', 'last-modified': httpDate(-86_400) }],
  ])('%s: not used', async (_, headers) => {
    await using stub = await startStubbed((_req, res) => void res.writeHead(200, headers).end('x'))
    await text(stub)
    await text(stub)
    expect(stub.seen).toHaveLength(2)
  })

  test('Last-Modified: a stale answer is asked about, and a 304 freshens it', async () => {
    const modified = httpDate(-86_400)
    const asked: unknown[] = []
    await using stub = await startStubbed((req, res) => {
      const since = req.headers['if-modified-since']
      asked.push(since)
      res.setHeader('last-modified', modified)
      res.setHeader('cache-control', asked.length === 1 ? 's-maxage=1' : 's-maxage=60')
      res.writeHead(since === modified ? 304 : 200).end(since === modified ? undefined : 'body')
    })
    await text(stub)
    await new Promise((resolve) => setTimeout(resolve, 1001))
    const second = await get(stub)
    expect(await second.text()).toBe('body')
    expect(second.headers.get('cache-status')).toMatch(
      /^Tenantry; fwd=stale; fwd-status=304; ttl=(?:5\d|60)$/,
    )
    expect(ttlOf(await get(stub))).toBeGreaterThan(50)
    expect(asked).toEqual([undefined, modified])
  })
})

describe('a client that has it already, or wants a part', () => {
  const modified = httpDate(-86_400)
  const app: RequestListener = (_, res) => {
    const headers = { 'cache-control': 's-maxage=60', etag: '"v1"', 'last-modified': modified }
    res.writeHead(200, { ...headers, 'content-type': 'text/plain' }).end('0123456789')
  }

  test.each([
    [{ 'if-none-match': '"v1"' }, 304, ''],
    [{ 'if-none-match': 'W/"v1"' }, 304, ''],
    [{ 'if-none-match': '"v0", "v1"' }, 304, ''],
    [{ 'if-none-match': '"v0"' }, 200, '0123456789'],
    [{ 'if-modified-since': modified }, 304, ''],
    [{ 'if-modified-since': httpDate(-90_000) }, 200, '0123456789'],
    [{ 'if-none-match': '"v0"', 'if-modified-since': modified }, 200, '0123456789'],
    [{ range: 'bytes=2-4' }, 206, '234'],
    [{ range: 'bytes=-3' }, 206, '789'],
    [{ range: 'bytes=8-' }, 206, '89'],
    [{ range: 'bytes=20-' }, 416, ''],
    [{ range: 'bytes=0-1,4-5' }, 200, '0123456789'],
    [{ range: 'bytes=2-4', 'if-range': '"v1"' }, 206, '234'],
    [{ range: 'bytes=2-4', 'if-range': '"v0"' }, 200, '0123456789'],
    [{ range: 'bytes=2-4', 'if-none-match': '"v1"' }, 304, ''],
  ])('%j: %d', async (headers, status, body) => {
    await using stub = await startStubbed(app)
    await text(stub)
    const answer = await get(stub, PAGE, headers)
    expect([answer.status, await answer.text()]).toEqual([status, body])
    expect(answer.headers.get('cache-status')).toContain('; hit')
    if (status === 206) expect(answer.headers.get('content-range')).toMatch(/^bytes \d-\d\/10$/)
    if (status === 416) expect(answer.headers.get('content-range')).toBe('bytes */10')
    if (status === 304) expect(answer.headers.get('etag')).toBe('"v1"')
    expect(stub.seen).toHaveLength(1)
  })

  test('the first client gets its 304 as well, and the whole is stored', async () => {
    const asked: unknown[] = []
    await using stub = await startStubbed((req, res) => {
      asked.push(req.headers['if-none-match'], req.headers['accept-encoding'])
      app(req, res)
    })
    const first = await get(stub, PAGE, { 'if-none-match': '"v1"', 'accept-encoding': 'br' })
    expect(first.status).toBe(304)
    await until(() => requests(stub).length === 1)
    expect(await text(stub)).toBe('0123456789')
    expect(asked).toEqual([undefined, 'identity'])
  })

  test.each(['if-match', 'if-unmodified-since'])(
    '%s: it is for the app to say whether it is carried out',
    async (name) => {
      await using stub = await startStubbed((req, res) => {
        if (req.headers[name] === undefined) app(req, res)
        else res.writeHead(412).end()
      })
      expect((await get(stub, PAGE, { [name]: '"v0"' })).status).toBe(412)
      expect(await text(stub)).toBe('0123456789')
    },
  )

  test('what is answered to one that wants nothing stored changes nothing for the others', async () => {
    await using stub = await startStubbed((req, res) => {
      if (req.headers['x-refused'] === undefined) app(req, res)
      else res.writeHead(403).end()
    })
    await text(stub)
    const asked = { 'cache-control': 'no-cache', 'x-refused': '1' }
    expect((await get(stub, PAGE, asked)).status).toBe(403)
    expect((await get(stub)).headers.get('cache-status')).toContain('; hit')
    expect(stub.seen).toHaveLength(2)
  })

  test('a range of what is not stored goes to the app as it is, and is not stored', async () => {
    const ranges: unknown[] = []
    await using stub = await startStubbed((req, res) => {
      ranges.push(req.headers.range)
      const headers = { 'cache-control': 's-maxage=60', 'content-range': 'bytes 0-1/10' }
      if (req.headers.range === undefined) app(req, res)
      else res.writeHead(206, headers).end('01')
    })
    expect((await get(stub, PAGE, { range: 'bytes=0-1' })).status).toBe(206)
    expect((await get(stub)).status).toBe(200)
    expect(ranges).toEqual(['bytes=0-1', undefined])
  })

  test('HEAD is answered from a GET, and fills nothing', async () => {
    await using stub = await startStubbed(app)
    await head(stub)
    await text(stub)
    const answer = await head(stub)
    expect(answer.headers.get('content-length')).toBe('10')
    expect(answer.headers.get('cache-status')).toContain('; hit')
    expect(stub.seen).toEqual(['HEAD /page', 'GET /page'])
  })
})

describe('what a request may ask', () => {
  test.each([
    ['no-cache', 2],
    ['max-age=0', 2],
    ['max-age=5', 2],
    ['max-age=50', 1],
    ['max-age=5, max-stale=20', 1],
    ['min-fresh=20', 1],
    ['min-fresh=55', 2],
    ['no-store', 2],
    ['only-if-cached', 1],
    ['max-age=x', 2],
  ])('Cache-Control: %s', async (directive, times) => {
    await using stub = await startStubbed(answering('s-maxage=60', { age: '10' }))
    await text(stub)
    const answer = await get(stub, PAGE, { 'cache-control': directive })
    expect(await answer.text()).toBe(`answer ${times} to /page`)
    // What was asked anew takes its place, but for what the client wants kept nowhere.
    const last = directive === 'no-store' ? 1 : times
    expect(await text(stub)).toBe(`answer ${last} to /page`)
  })

  test('Pragma: no-cache counts where there is no Cache-Control', async () => {
    await using stub = await startStubbed(answering('s-maxage=60'))
    await text(stub)
    expect(await text(stub, PAGE, { pragma: 'no-cache' })).toBe('answer 2 to /page')
    const both = { pragma: 'no-cache', 'cache-control': 'max-age=60' }
    expect(await text(stub, PAGE, both)).toBe('answer 2 to /page')
  })

  test.each([
    {},
    { authorization: 'Bearer anna' },
    { cookie: '__prerender_bypass=1' },
    { range: 'bytes=0-1' },
    { 'x-original-url': '/other' },
  ])('only-if-cached with %j: 504 where there is nothing', async (headers) => {
    await using stub = await startStubbed(answering('s-maxage=60'))
    const asked = { ...headers, 'cache-control': 'Only-If-Cached' }
    expect((await get(stub, PAGE, asked)).status).toBe(504)
    expect(stub.seen).toEqual([])
  })
})

describe('who is known', () => {
  test('Authorization: neither stored nor answered from the cache, whatever the app says', async () => {
    await using stub = await startStubbed(answering('public, s-maxage=60'))
    const anna = { authorization: 'Bearer anna' }
    expect(await text(stub, PAGE, anna)).toBe('answer 1 to /page')
    expect(await text(stub)).toBe('answer 2 to /page')
    expect(await text(stub, PAGE, anna)).toBe('answer 3 to /page')
    expect(await text(stub)).toBe('answer 2 to /page')
  })

  test.each([
    ['public, max-age=60', true],
    ['s-maxage=60', true],
    ['max-age=60', false],
  ])('%s: shared with and by those who have cookies is %s', async (cacheControl, isShared) => {
    await using stub = await startStubbed(answering(cacheControl))
    const cookie = { cookie: 'user=anna' }
    await text(stub, PAGE, cookie)
    await text(stub)
    await text(stub)
    await text(stub, PAGE, cookie)
    expect(stub.seen).toHaveLength(isShared ? 1 : 3)
  })

  test('Vary: Cookie: each has its own', async () => {
    await using stub = await startStubbed((req, res) => {
      res.writeHead(200, { 'cache-control': 's-maxage=60', vary: 'Cookie' })
      res.end(req.headers.cookie)
    })
    for (const user of ['anna', 'bert', 'anna', 'bert']) {
      expect(await text(stub, PAGE, { cookie: user })).toBe(user)
    }
    expect(stub.seen).toHaveLength(2)
  })

  test('Vary of what says who asks, on behalf of whom, is shared by nobody', async () => {
    for (const vary of ['x-forwarded-for', 'Forwarded', 'X-Request-Id']) {
      await using stub = await startStubbed(answering('s-maxage=60', { vary }))
      await text(stub)
      await text(stub)
      expect([vary, stub.seen.length]).toEqual([vary, 2])
    }
  })
})

describe('what an unsafe method changes', () => {
  test.each([
    ['POST', 200, 2],
    ['PUT', 204, 2],
    ['DELETE', 303, 2],
    ['PATCH', 200, 2],
    ['POST', 400, 1],
    ['POST', 500, 1],
    ['OPTIONS', 200, 1],
  ])('%s that is answered with %d: a GET is answer %d', async (method, status, n) => {
    const page = answering('s-maxage=60')
    await using stub = await startStubbed((req, res) => {
      if (req.method === 'GET') page(req, res)
      else res.writeHead(status, { 'cache-control': 's-maxage=60' }).end()
    })
    await text(stub)
    await fetchOn(stub.port, PAGE, { method })
    expect(await text(stub)).toBe(`answer ${n} to /page`)
    const other = await text(stub, `${PAGE}?other`)
    await fetchOn(stub.port, PAGE, { method })
    expect(await text(stub, `${PAGE}?other`)).toBe(other)
  })

  test('what was asked for before is not stored after it', async () => {
    const waiting: (() => void)[] = []
    let n = 0
    await using stub = await startStubbed((req, res) => {
      if (req.method === 'POST') {
        res.end()
        return
      }
      const mine = ++n
      waiting.push(
        () => void res.writeHead(200, { 'cache-control': 's-maxage=60' }).end(`answer ${mine}`),
      )
      if (mine > 1) waiting[1]?.()
    })
    const before = text(stub)
    await until(() => waiting.length === 1)
    await fetchOn(stub.port, PAGE, { method: 'POST' })
    expect(await text(stub)).toBe('answer 2')
    waiting[0]?.()
    expect(await before).toBe('answer 1')
    expect(await text(stub)).toBe('answer 2')
  })
})

describe('what is known not to be shareable', () => {
  test('is asked for by each alone at once', async () => {
    const log: unknown[] = []
    await using stub = await startStubbed(answering('private'))
    for (let i = 0; i < 3; i++) await text(stub)
    await until(() => requests(stub).length === 3)
    for (const { cache } of requests(stub)) log.push(cache)
    expect(log).toEqual(['miss', 'pass', 'pass'])
  })

  test('is asked for again a second after the app failed', async () => {
    let fails = true
    const ok = answering('s-maxage=60')
    await using stub = await startStubbed((req, res) => {
      if (fails) res.writeHead(503).end()
      else ok(req, res)
    })
    await get(stub)
    fails = false
    expect(await text(stub)).toBe('answer 1 to /page')
    await new Promise((resolve) => setTimeout(resolve, 1001))
    await text(stub)
    expect((await get(stub)).headers.get('cache-status')).toContain('; hit')
  })
})
