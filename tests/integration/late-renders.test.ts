import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { RUNTIMES, startSite, tagsOf, textOf, type Site } from '../support/revalidating.ts'

// What was begun before a revalidation and ends after it was made from what is outdated. Next.js itself would keep it as new.

describe.each(RUNTIMES)('in the runtime %s', (runtime) => {
  let site: Site

  beforeAll(async () => {
    site = await startSite(runtime, { front: 'nothing' })
  }, 90_000)

  afterAll(async () => {
    await site[Symbol.asyncDispose]()
  })

  test.each([
    ['page-path', '/api/revalidate?path=/slow/path'],
    ['page-tag', '/api/revalidate?tag=slow'],
    ['page-route', '/api/revalidate?path=/slow/[id]&type=page'],
    ['data-data', '/api/revalidate?tag=slow'],
    ['data-dpath', '/api/revalidate?path=/slow/dpath'],
  ])('%s: what was being made is not kept after POST %s', async (gate, revalidate) => {
    const path = `/slow/${gate.split('-')[1]}`
    await state(site, `value=old&close=${gate}`)
    const begun = site.send(path)
    await state(site, `reached=${gate}`)
    await state(site, 'value=new')
    await textOf(await site.send(revalidate, { method: 'POST' }))
    await state(site, `open=${gate}`)
    expect(shownBy(await textOf(await begun))).toEqual(['old', 'old'])
    expect(await shownAt(site, path)).toEqual(['new', 'new'])
  })

  test('res.revalidate is not content with what was being made', async () => {
    await state(site, 'value=old&close=news-late')
    const begun = site.send('/news/late')
    await state(site, 'reached=news-late')
    await state(site, 'value=new')
    const from = site.now()
    const renewed = site.send('/api/renew?path=/news/late', { method: 'POST' })
    await site.next(from, (line) => tagsOf([line]).includes('_N_T_/news/late'), 'the call')
    // Next.js has it wait for the page that is being made.
    await textOf(await site.send('/static'))
    await state(site, 'open=news-late')
    expect(await textOf(await begun)).toContain('shown=old')
    expect((await renewed).statusCode).toBe(200)
    expect(await textOf(await site.send('/news/late'))).toContain('shown=new')
  })

  test('what was made in the millisecond of its revalidation is not kept', async () => {
    const shown: number[] = []
    for (let n = 0; n < 100; n++) {
      shown.push(Number(await textOf(await site.send('/api/quick', { method: 'POST' }))))
    }
    expect(shown).toEqual(shown.map((_, n) => n + 1))
  })

  test('a file that is written after the revalidation is not kept', async () => {
    await using site = await startSite(runtime, { front: 'nothing', edit: forgetful })
    await state(site, 'value=old&hold=/slow/file&close=file&close=written')
    const begun = site.send('/slow/file')
    await state(site, 'reached=file')
    await state(site, 'value=new')
    await textOf(await site.send('/api/revalidate?tag=slow', { method: 'POST' }))
    await state(site, 'open=file&reached=written&open=written')
    expect(shownBy(await textOf(await begun))).toEqual(['old', 'old'])
    const seen = new Set<string>()
    for (let n = 0; n < 500 && !seen.has('new,new'); n++) {
      seen.add(String(await shownAt(site, '/slow/file')))
    }
    expect([...seen].at(-1)).toBe('new,new')
  })

  test('a revalidation acts at once where the clock was set forward', async () => {
    await using site = await startSite(runtime, { front: 'nothing' })
    await state(site, 'value=old&clock=60000')
    expect(await shownAt(site, '/slow/clock')).toEqual(['old', 'old'])
    await state(site, 'value=new')
    await textOf(await site.send('/api/revalidate?tag=slow', { method: 'POST' }))
    expect(await shownAt(site, '/slow/clock')).toEqual(['new', 'new'])
  })

  test('what is begun after it is kept', async () => {
    await state(site, 'value=kept')
    await textOf(await site.send('/api/revalidate?tag=slow', { method: 'POST' }))
    expect(await shownAt(site, '/slow/kept')).toEqual(['kept', 'kept'])
    await state(site, 'value=later')
    expect(await shownAt(site, '/slow/kept')).toEqual(['kept', 'kept'])
  })
})

/** Next.js has nothing in memory: each page is read from its file. */
async function forgetful(dir: string): Promise<void> {
  const file = join(dir, '.next/required-server-files.json')
  const built = JSON.parse(await readFile(file, 'utf8')) as { config: object }
  const config = { ...built.config, cacheMaxMemorySize: 0 }
  await writeFile(file, JSON.stringify({ ...built, config }))
}

/** Sets what the fixture's pages show, and closes and opens the gates at which they wait. */
async function state({ send }: Site, what: string): Promise<void> {
  await textOf(await send(`/api/state?${what}`, { method: 'POST' }))
}

async function shownAt({ send }: Site, path: string): Promise<unknown> {
  return shownBy(await textOf(await send(path)))
}

/** The value that the page read by itself, and the one in its cached data. */
function shownBy(html: string): unknown {
  const [, data, page] = /data=(\w+) shown=(\w+)\]/.exec(html) ?? []
  return [page, data]
}
