import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { act, RUNTIMES, startSite, textOf, type Send, type Site } from '../support/revalidating.ts'

// A page that the gateway keeps is never older than the last revalidation of it that has returned, whoever asks and when.

const READERS = 6
const ROUNDS = 15

const KINDS: readonly [string, string, (send: Send) => ReturnType<Send>][] = [
  ['revalidatePath', '/slow/a', (send) => post(send, '/api/revalidate?path=/slow/a')],
  ['revalidateTag', '/slow/b', (send) => post(send, '/api/revalidate?tag=slow')],
  ['revalidatePath of a route', '/slow/c', (send) => post(send, `/api/revalidate?${ROUTE}`)],
  ['revalidateTag in an edge route', '/slow/d', (send) => post(send, '/api/edge?tag=slow')],
  ['updateTag in an action', '/slow/e', (send) => act(send, 'tag', 'slow')],
  ['updateTag in an action that redirects', '/slow/f', (send) => act(send, 'leave', 'slow')],
  ['revalidatePath in an action', '/slow/g', (send) => act(send, 'path', '/slow/g')],
  ['res.revalidate', '/news/h', (send) => post(send, '/api/renew?path=/news/h')],
]
const ROUTE = 'path=/slow/[id]&type=page'

describe.each(RUNTIMES)('in the runtime %s', (runtime) => {
  let site: Site

  beforeAll(async () => {
    site = await startSite(runtime, { front: 'gateway' })
    await textOf(await post(site.send, '/api/state?value=v0'))
  }, 90_000)

  afterAll(async () => {
    await site[Symbol.asyncDispose]()
  })

  test.each(KINDS)(
    '%s of %s',
    async (_, path, revalidate) => {
      const { send } = site
      /** What a page that is asked for now may not be older than. */
      let oldest = 0
      const round = { isOver: false, hits: 0 }
      const tooOld: string[] = []
      const read = async (): Promise<void> => {
        const least = oldest
        const answer = await send(path)
        const from = String(answer.headers['cache-status'])
        if (from.includes('hit')) round.hits++
        const shown = shownBy(await textOf(answer))
        // Next.js lets a request wait for a page that it was making before: that is not kept, neither there nor at the gateway.
        const isKept = /hit|stored/.test(from)
        if (shown.length === 0 || (isKept && shown.some((n) => n < least))) {
          tooOld.push(`${answer.statusCode}: ${shown.join()} < ${least}: ${from}`)
        }
      }
      const reader = async (): Promise<void> => {
        while (!round.isOver) await read()
      }
      const readers = Array.from({ length: READERS }, reader)
      for (let n = oldest + 1; n <= ROUNDS; n++) {
        await textOf(await post(send, `/api/state?value=v${n}`))
        const answer = await revalidate(send)
        expect(answer.statusCode).toBeLessThan(400)
        oldest = n
        await Promise.all([textOf(answer), read(), read()])
        await read()
      }
      round.isOver = true
      await Promise.all(readers)
      await textOf(await post(send, '/api/state?value=v0'))
      await textOf(await revalidate(send))
      expect(tooOld).toEqual([])
      expect(round.hits).toBeGreaterThan(ROUNDS)
    },
    120_000,
  )
})

function post(send: Send, path: string): ReturnType<Send> {
  return send(path, { method: 'POST' })
}

/** The numbers that a page shows: what it read by itself, and what is in its cached data. */
function shownBy(html: string): number[] {
  return [...html.matchAll(/\b(?:data|shown)=v(\d+)/g)].map(([, n]) => Number(n))
}
