import { buffer } from 'node:stream/consumers'
import { gunzipSync, gzipSync } from 'node:zlib'
import { expect, test } from '@jest/globals'
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
    { app },
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
