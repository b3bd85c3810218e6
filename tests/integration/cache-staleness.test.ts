import type { RequestListener } from 'node:http'
import { describe, expect, test } from '@jest/globals'
import { get, PAGE, settled, text, until } from '../support/cache.ts'
import { startStubbed } from '../support/stub-app.ts'

// Who may be given what is stale: nobody, where the answer forbids it; where it allows it, those who want nothing newer. What says `Age: 70` is
// stored, and stale at once.

const STALE = { age: '70', etag: '"v1"' }

/** The first answer is stale, whatever comes then is up to `then`. */
function stale(cacheControl: string, then: RequestListener): RequestListener {
  let n = 0
  return (req, res) => {
    if (++n > 1) then(req, res)
    else res.writeHead(200, { 'cache-control': cacheControl, ...STALE }).end('old')
  }
}

const fails: RequestListener = (_, res) => void res.writeHead(503).end('sorry')
const anew: RequestListener = (_, res) =>
  void res.writeHead(200, { 'cache-control': 's-maxage=60' }).end('new')

describe('where the app fails', () => {
  test.each([
    ['s-maxage=60, stale-if-error=600', 200],
    ['max-age=60, stale-if-error=600', 200],
    ['max-age=60, stale-if-error=600, must-revalidate', 503],
    ['max-age=60, stale-if-error=600, proxy-revalidate', 503],
    ['s-maxage=60, stale-if-error=600, Must-Revalidate', 503],
    ['proxy-revalidate="x", s-maxage=60, stale-if-error=600', 503],
    ['max-age=60, stale-while-revalidate=600, must-revalidate', 503],
    // It forbids by itself what nothing allows.
    ['s-maxage=60', 503],
    ['max-age=60', 503],
    // Not as long ago as it allows.
    ['s-maxage=60, stale-if-error=5', 503],
  ])('%s: %d', async (cacheControl, status) => {
    await using stub = await startStubbed(stale(cacheControl, fails))
    await text(stub)
    for (const asked of ['', 'max-stale', 'max-stale=600']) {
      const answer = await get(stub, PAGE, asked === '' ? {} : { 'cache-control': asked })
      expect([asked, answer.status]).toEqual([asked, status])
      expect(answer.headers.get('cache-status')).toMatch(
        status === 200 ? /^Tenantry; fwd=stale; fwd-status=503;/ : /^Tenantry; fwd=/,
      )
    }
  })

  test('what a 304 says to must-revalidate counts from then on', async () => {
    const answers = ['', ', must-revalidate']
    await using stub = await startStubbed((_, res) => {
      const more = answers.shift()
      if (more === undefined) return void res.writeHead(503).end('sorry')
      const head = { 'cache-control': `s-maxage=60, stale-if-error=600${more}`, ...STALE }
      return void res.writeHead(more === '' ? 200 : 304, head).end(more === '' ? 'old' : undefined)
    })
    expect(await text(stub)).toBe('old')
    expect(await text(stub)).toBe('old')
    expect((await get(stub)).status).toBe(503)
    expect(stub.seen).toHaveLength(3)
  })
})

describe('while a newer one is fetched', () => {
  test.each([
    ['s-maxage=60, stale-while-revalidate=600', 'old'],
    ['max-age=60, stale-while-revalidate=600', 'old'],
    ['s-maxage=60, stale-while-revalidate=600, must-revalidate', 'new'],
    ['max-age=60, stale-while-revalidate=600, proxy-revalidate', 'new'],
    ['s-maxage=60', 'new'],
    ['max-age=60', 'new'],
    ['s-maxage=60, stale-while-revalidate=5', 'new'],
  ])('%s: %s', async (cacheControl, body) => {
    await using stub = await startStubbed(stale(cacheControl, anew))
    await text(stub)
    expect(await text(stub)).toBe(body)
    await until(() => stub.seen.length === 2)
    await settled()
    expect(await text(stub)).toBe('new')
    expect(stub.seen).toHaveLength(2)
  })
})

describe('what a request wants of an answer that is stale, and may be used all the same', () => {
  test.each([
    ['max-stale', 'old'],
    ['max-stale=60', 'old'],
    ['max-age=100, max-stale', 'old'],
    ['max-age=65, max-stale=60', 'old'],
    ['max-stale=5', 'new'],
    ['max-age=100', 'new'],
    ['max-age=5, max-stale=60', 'new'],
    ['min-fresh=0', 'new'],
    ['min-fresh=10, max-stale=60', 'new'],
    ['no-cache', 'new'],
    ['no-store', 'new'],
    ['max-age=0', 'new'],
  ])('%s: %s', async (directive, body) => {
    await using stub = await startStubbed(stale('s-maxage=60, stale-while-revalidate=600', anew))
    await text(stub)
    expect(await text(stub, PAGE, { 'cache-control': directive })).toBe(body)
  })
})

describe('what a request wants of an answer that is stale, and may not be used', () => {
  test.each(['max-stale', 'max-stale=600', 'max-age=600, max-stale'])('%s', async (directive) => {
    for (const cacheControl of ['s-maxage=60', 'max-age=60, must-revalidate']) {
      await using stub = await startStubbed(stale(cacheControl, anew))
      await text(stub)
      expect(await text(stub, PAGE, { 'cache-control': directive })).toBe('new')
    }
  })

  test('only-if-cached: 504, and the app is not asked', async () => {
    await using stub = await startStubbed(stale('s-maxage=60', anew))
    await text(stub)
    const asked = { 'cache-control': 'only-if-cached, max-stale' }
    expect((await get(stub, PAGE, asked)).status).toBe(504)
    expect(stub.seen).toHaveLength(1)
  })
})
