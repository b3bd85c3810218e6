import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { connectRaw } from '../support/http.ts'
import { KINDS, RUNTIMES, startSite, tagsOf, textOf, type Site } from '../support/revalidating.ts'
import type { LogLine } from '../support/tenantry.ts'

// The gateway is told what an app revalidates before the client has the answer to the request that did it.

describe.each(RUNTIMES)('in the runtime %s', (runtime) => {
  let site: Site

  beforeAll(async () => {
    site = await startSite(runtime, { front: 'nothing' })
  }, 90_000)

  afterAll(async () => {
    await site[Symbol.asyncDispose]()
  })

  test.each(KINDS)('$name', async ({ ask, tags }) => {
    const from = site.now()
    const answer = await ask(site.send)
    const head = await site.next(from, isHeadOfPost, 'the head of the answer')
    expect(tagsOf(site.told(from, head))).toEqual(expect.arrayContaining([...tags]))
    expect(answer.statusCode).toBeLessThan(400)
    answer.destroy()
  })

  test('revalidateTag in after(), which comes behind the answer', async () => {
    const from = site.now()
    await textOf(await site.send('/api/after?tag=after', { method: 'POST' }))
    const told = await site.next(from, tells('after'), 'the revalidation')
    expect(told).toBeGreaterThan(await site.next(from, isHeadOfPost, 'the head of the answer'))
  })

  test('a client that leaves before the answer does not keep it from being told', async () => {
    const from = site.now()
    const client = await connectRaw(site.running.port)
    client.write('POST /api/revalidate?tag=gone&wait=300 HTTP/1.1\r\nHost: site.localhost\r\n\r\n')
    // It is on its way when the next one is answered.
    await textOf(await site.send('/static'))
    client.destroy()
    expect(await site.next(from, tells('gone'), 'the revalidation')).toBeGreaterThan(from)
  })

  test('more tags than a head holds', async () => {
    const from = site.now()
    const answer = await site.send('/api/revalidate?many=600', { method: 'POST' })
    expect(await textOf(answer)).toContain('revalidated')
    const isIt = (line: LogLine): boolean =>
      isHeadOfPost(line) && String(line['url']).includes('many=600')
    const head = await site.next(from, isIt, 'the head of the answer')
    const told = site.told(from, head)
    const isAll = told.some((line) => line['tags'] === undefined) || tagsOf(told).length >= 600
    expect(isAll).toBe(true)
  })

  test('a page that Next.js makes anew by itself', async () => {
    const from = site.now()
    await untilStale(site, '/isr')
    const told = await site.next(from, tells('_N_T_/isr'), 'the new page')
    expect(site.running.log[told]).toMatchObject({ isRenewal: true })
  })

  test('what visitors wait for is no revalidation', async () => {
    const from = site.now()
    await textOf(await site.send('/items/new'))
    await textOf(await site.send('/items/new'))
    await textOf(await site.send('/news/new'))
    await site.next(from, (line) => line['event'] === 'head' && line['url'] === '/news/new', 'head')
    expect(site.told(from)).toEqual([])
  })
})

describe.each(RUNTIMES)('an app with a cacheHandler of its own, in the runtime %s', (runtime) => {
  test('is told when it revalidates, and again when its handler is done', async () => {
    await using site = await startSite(runtime, { front: 'nothing', build: 'revalidating/q' })
    const before = await textOf(await site.send('/tagged'))
    expect(await textOf(await site.send('/tagged'))).toBe(before)
    const from = site.now()
    await textOf(await site.send('/api/revalidate?tag=shop', { method: 'POST' }))
    const head = await site.next(from, isHeadOfPost, 'the head of the answer')
    expect(tagsOf(site.told(from, head))).toContain('shop')
    await site.next(head, tells('shop'), 'the end of the revalidation')
    expect(await textOf(await site.send('/tagged'))).not.toBe(before)
  })
})

function isHeadOfPost(line: LogLine): boolean {
  return line['event'] === 'head' && line['method'] === 'POST'
}

function tells(tag: string): (line: LogLine) => boolean {
  return (line) =>
    line['event'] === 'revalidated' && line['app'] === 'site' && tagsOf([line]).includes(tag)
}

async function untilStale({ send }: Site, path: string): Promise<void> {
  for (;;) {
    const answer = await send(path)
    await textOf(answer)
    if (answer.headers['x-nextjs-cache'] === 'STALE') return
  }
}
