import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ask, isHit } from '../support/guarded.ts'
import {
  act,
  RUNTIMES,
  startSite,
  textOf,
  withoutMiddleware,
  type Send,
  type Site,
  type SiteOptions,
} from '../support/revalidating.ts'

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

/** An app, a revalidation, and what is another one after it. */
interface Kept {
  readonly name: string
  readonly app: Omit<SiteOptions, 'front'>
  readonly revalidations: readonly (readonly [revalidation: string, paths: readonly string[]])[]
}

const DATA = '/_next/data/twins'
const KEPT: readonly Kept[] = [
  {
    name: 'with `use cache`',
    app: { build: 'cached/p' },
    revalidations: [
      ['/api/revalidate?tag=lives', ['/lives']],
      ['/api/revalidate?path=/lives', ['/lives']],
    ],
  },
  {
    // An edge route returns before such a handler is done: until then Next.js itself gives what was.
    name: 'with a cache handler of its own',
    app: { build: 'revalidating/q' },
    revalidations: [
      ['/api/revalidate?path=/static', ['/static']],
      ['/api/revalidate?tag=shop', ['/tagged']],
      ['/api/renew?path=/static', ['/static']],
    ],
  },
  {
    name: 'with languages',
    app: { build: 'pages/p', edit: withoutMiddleware },
    revalidations: [
      ['/api/revalidate?path=/kept', ['/kept', `${DATA}/en/kept.json`]],
      ['/api/revalidate?path=/de/kept', ['/de/kept', `${DATA}/de/kept.json`]],
    ],
  },
]

describe.each(RUNTIMES)('in the runtime %s', (runtime) => {
  test.each(KEPT)(
    'an app $name',
    async ({ app, revalidations }) => {
      await using site = await startSite(runtime, { front: 'gateway', ...app })
      for (let round = 0; round < 3; round++) {
        for (const [revalidation, paths] of revalidations) {
          const before: string[] = []
          for (const path of paths) before.push(await readKept(site, path))
          expect((await post(site.send, revalidation)).statusCode).toBe(200)
          for (const [i, path] of paths.entries()) {
            const { text, headers } = await ask(site, path)
            const said = [revalidation, path, stampOf(text), headers['cache-status']]
            expect(said).not.toEqual([revalidation, path, before[i], headers['cache-status']])
          }
        }
      }
    },
    90_000,
  )
})

/** @returns what the page shows that the gateway keeps by now */
async function readKept(site: Site, path: string): Promise<string> {
  for (let asked = 0; asked < 20; asked++) {
    const got = await ask(site, path)
    if (isHit(got)) return stampOf(got.text)
  }
  throw new Error(`${path} is not kept`)
}

function stampOf(text: string): string {
  const [, stamp] = /\bstamp=(\w+)/.exec(text) ?? []
  if (stamp === undefined) throw new Error(text.slice(0, 500))
  return stamp
}

function post(send: Send, path: string): ReturnType<Send> {
  return send(path, { method: 'POST' })
}

/** The numbers that a page shows: what it read by itself, and what is in its cached data. */
function shownBy(html: string): number[] {
  return [...html.matchAll(/\b(?:data|shown)=v(\d+)/g)].map(([, n]) => Number(n))
}
