import { expect, test } from '@jest/globals'
import { fetchOn } from '../support/http.ts'
import { startUpstreams } from '../support/upstreams.ts'

const MEGABYTE = 1_048_576

test.each([
  ['in 64 MB', 64],
  // What was dropped counts, too: it is garbage.
  ['in 4 MB', 4],
])('that the cache is used is told once, when 8 MB were stored: %s', async (_what, room) => {
  let told = 0
  const body = Buffer.alloc(MEGABYTE, 'a')
  await using own = await startUpstreams(
    [(_req, res) => res.setHeader('Cache-Control', 'public, s-maxage=60').end(body)],
    {
      gateway: { cache: { maxBytes: room * MEGABYTE } },
      overrides: { cacheIsUsed: () => told++ },
    },
  )
  const ask = async (n: number): Promise<string | null> => {
    const response = await fetchOn(own.port, `http://acme.localhost/${n}`)
    expect(await response.arrayBuffer()).toHaveProperty('byteLength', MEGABYTE)
    return response.headers.get('cache-status')
  }
  for (let n = 0; n < 7; n++) await ask(n)
  // A hit stores nothing.
  for (let i = 0; i < 3; i++) expect(await ask(6)).toContain('hit')
  expect(told).toBe(0)
  for (let n = 7; n < 12; n++) await ask(n)
  expect(told).toBe(1)
})
