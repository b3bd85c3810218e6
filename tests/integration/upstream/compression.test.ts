import type { RequestListener } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import { open } from '../../support/http.ts'
import { startUpstreams } from '../../support/upstreams.ts'

// What targets send is compressed where config says so, and only what is not compressed already.

const TEXT = 'a line of text\n'.repeat(1000)

test.each([
  [{}, undefined],
  [{ compression: false }, undefined],
  [{ compression: true }, 'gzip'],
])('%j', async (app, coding) => {
  await using up = await startUpstreams(
    [
      (req, res) => {
        res.setHeader('content-type', 'text/plain')
        res.setHeader('etag', '"1"')
        if (req.url === '/coded') {
          res.setHeader('content-encoding', 'gzip')
          res.end(gzipSync(TEXT))
        } else res.end(TEXT)
      },
    ],
    { app: { cache: false, ...app } },
  )
  const headers = { 'accept-encoding': 'gzip, br' }
  const plain = await open(up.port, 'http://acme.localhost/', { headers })
  expect(plain.headers['content-encoding']).toBe(coding)
  expect(plain.headers.etag).toBe(coding === undefined ? '"1"' : 'W/"1"')
  const body = await buffer(plain)
  expect((coding === undefined ? body : gunzipSync(body)).toString()).toBe(TEXT)
  const coded = await open(up.port, 'http://acme.localhost/coded', { headers })
  expect(coded.headers['content-encoding']).toBe('gzip')
  expect(await buffer(coded)).toEqual(gzipSync(TEXT))
})

/** Compresses for those who take it, as most servers do. */
const choosing: RequestListener = (req, res) => {
  res.setHeader('content-type', 'text/plain')
  res.setHeader('cache-control', req.url === '/private' ? 'private' : 's-maxage=60')
  if (req.headers['accept-encoding']?.includes('gzip') === true) {
    res.setHeader('content-encoding', 'gzip').setHeader('x-by', 'target')
    res.end(gzipSync(TEXT))
  } else res.end(TEXT)
}

describe.each([{}, { compression: false }, { compression: true }])(
  '%j, beside the cache',
  (app) => {
    test('what is fetched for many is compressed for each', async () => {
      await using up = await startUpstreams([choosing], { app })
      const ask = (accepted: string): ReturnType<typeof open> =>
        open(up.port, 'http://acme.localhost/', { headers: { 'accept-encoding': accepted } })
      const first = await ask('gzip')
      expect([first.headers['content-encoding'], first.headers['x-by']]).toEqual([
        'gzip',
        undefined,
      ])
      expect(gunzipSync(await buffer(first)).toString()).toBe(TEXT)
      const second = await ask('br')
      expect(second.headers['content-encoding']).toBe('br')
      expect(brotliDecompressSync(await buffer(second)).toString()).toBe(TEXT)
      const third = await ask('identity')
      expect([third.headers['content-encoding'], third.headers['vary']]).toEqual([
        undefined,
        'Accept-Encoding',
      ])
      expect((await buffer(third)).toString()).toBe(TEXT)
      expect(up.servers[0]?.seen).toEqual(['GET /'])
    })

    test('what is for one client is compressed by the gateway where that asked, else by the target', async () => {
      await using up = await startUpstreams([choosing], { app })
      for (const by of [undefined, 'target', 'target']) {
        const headers = { 'accept-encoding': 'gzip' }
        const answer = await open(up.port, 'http://acme.localhost/private', { headers })
        expect([answer.headers['content-encoding'], answer.headers['x-by']]).toEqual(['gzip', by])
        expect(gunzipSync(await buffer(answer)).toString()).toBe(TEXT)
      }
    })
  },
)

test('where the gateway compresses nothing, what is fetched stays as it is', async () => {
  await using up = await startUpstreams([choosing], { gateway: { compression: false } })
  const headers = { 'accept-encoding': 'gzip' }
  const answer = await open(up.port, 'http://acme.localhost/', { headers })
  expect(answer.headers['content-encoding']).toBe(undefined)
  expect((await buffer(answer)).toString()).toBe(TEXT)
})
