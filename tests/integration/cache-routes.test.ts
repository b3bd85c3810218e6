import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { ask, isHit } from '../support/guarded.ts'
import { startSite, textOf, type Site } from '../support/revalidating.ts'

// A catch-all page that is prerendered, beside what is asked for with a query and is not that page.

let site: Site

beforeAll(async () => {
  site = await startSite('process', { front: 'gateway', build: 'catchall/p' })
}, 90_000)

afterAll(async () => {
  await site[Symbol.asyncDispose]()
})

test('the page that is prerendered for any path is one for all queries', async () => {
  for (const path of ['/about', '/a/b']) {
    const first = await ask(site, `${path}?q=1`)
    expect(first.text).toContain(`[page slug=${path.slice(1).replace('/', '+')} `)
    const second = await ask(site, `${path}?q=2`)
    expect([second.text, isHit(second)]).toEqual([first.text, true])
  }
})

test('a page that reads its query gets it', async () => {
  for (const q of ['red', 'blue', 'red']) {
    expect((await ask(site, `/search?q=${q}`)).text).toContain(`[search q=${q}]`)
    const known = { authorization: 'Bearer x' }
    expect((await ask(site, `/search?q=${q}`, known)).text).toContain(`[search q=${q}]`)
  }
})

test('a route handler gets its query, is stored for each, and a POST to it is a change', async () => {
  const url = '/api/products?q=red'
  const red = await ask(site, url)
  expect(red.text).toContain('[products q=red ')
  expect((await ask(site, '/api/products?q=blue')).text).toContain('[products q=blue ')
  const again = await ask(site, url)
  expect([again.text, isHit(again)]).toEqual([red.text, true])
  await textOf(await site.send(url, { method: 'POST' }))
  expect(isHit(await ask(site, url))).toBe(false)
})

test('an image is optimized', async () => {
  const { status, headers } = await ask(site, '/_next/image?url=%2Fmark.png&w=96&q=75')
  expect([status, headers['content-type']]).toEqual([200, 'image/png'])
})

test('slashes that are too many are led away with the query', async () => {
  const { status, headers } = await ask(site, '/a//b?q=1')
  expect([status, headers.location]).toEqual([308, '/a/b?q=1'])
})
