import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { PAGE, settled, text, until } from '../support/cache.ts'
import { ask, isHit } from '../support/guarded.ts'
import { fetchOn } from '../support/http.ts'
import { RUNTIMES, startSite, textOf, type Site } from '../support/revalidating.ts'
import { startStubbed, type StubbedGateway } from '../support/stub-app.ts'
import { runTenantry } from '../support/tenantry.ts'

// What was asked for before something changed is given to those who wait for it, and not kept for those who come after.

describe.each(RUNTIMES)('Next.js in the runtime %s', (runtime) => {
  let site: Site

  beforeAll(async () => {
    site = await startSite(runtime, { front: 'command' })
  }, 90_000)

  afterAll(async () => {
    await site?.[Symbol.asyncDispose]()
  })

  /** Sets what the fixture's pages show, and closes and opens the gates at which they wait. */
  async function state(what: string): Promise<void> {
    await textOf(await site.send(`/api/state?${what}`, { method: 'POST' }))
  }

  /** @returns what is shown to one who asked before, and is answered after */
  async function during(
    path: string,
    gate: string,
    change: () => Promise<unknown>,
  ): Promise<string> {
    await state(`value=old&close=${gate}`)
    const begun = ask(site, path)
    await state(`reached=${gate}`)
    await state('value=new')
    await change()
    await state(`open=${gate}`)
    return shownBy((await begun).text)
  }

  test.each([
    ['a page', '/slow/kept', 'page-kept'],
    ['a route handler', '/api/late?id=kept', 'late-kept'],
  ])('where nothing changes, %s is kept', async (_, path, gate) => {
    expect(await during(path, gate, async () => {})).toBe('old')
    expect(isHit(await ask(site, path))).toBe(true)
  })

  test.each([
    ['path', ['--path', '/slow/path']],
    ['tag', ['--tag', 'slow']],
    ['all', ['--all']],
  ])('tenantry purge by %s', async (id, flags) => {
    const { configDir } = site.project
    const purge = async (): Promise<void> => {
      const { code, stderr } = await runTenantry(['purge', 'site', ...flags, '--config', configDir])
      expect([code, stderr]).toEqual([0, ''])
    }
    for (const [path, gate] of [
      [`/slow/${id}`, `page-${id}`],
      [`/api/late?id=${id}`, `late-${id}`],
    ] as const) {
      expect(await during(path, gate, purge)).toBe('old')
      expect([path, isHit(await ask(site, path))]).toEqual([path, false])
      expect([path, isHit(await ask(site, path))]).toEqual([path, true])
    }
  })

  test.each([
    ['by-tag', '/api/revalidate?tag=slow'],
    ['by-path', '/api/revalidate?path=/slow/by-path'],
    ['by-route', '/api/revalidate?path=/slow/[id]&type=page'],
  ])('a revalidation %s', async (id, revalidate) => {
    const change = async (): Promise<void> => {
      await textOf(await site.send(revalidate, { method: 'POST' }))
    }
    for (const [path, gate] of [
      // Kept neither by the gateway nor by Next.js.
      [`/slow/${id}`, `page-${id}`],
      // Nobody knows what it was made from.
      [`/api/late?id=${id}`, `late-${id}`],
    ] as const) {
      expect(await during(path, gate, change)).toBe('old')
      const after = await ask(site, path)
      expect([path, shownBy(after.text), isHit(after)]).toEqual([path, 'new', false])
      // Next.js may still write what it has given: then it does not say what the next answer is made from.
      await until(async () => {
        const later = await ask(site, path)
        expect([path, shownBy(later.text)]).toEqual([path, 'new'])
        return isHit(later)
      })
    }
  })
})

/** The value that the page read by itself. */
function shownBy(html: string): string {
  return / shown=(\w+)[\] ]/.exec(html)?.[1] ?? html
}

describe('an app that answers when it is told to', () => {
  interface Late {
    readonly stub: StubbedGateway
    /** GET requests that wait, in order. */
    readonly waiting: ServerResponse[]
    /** Answers the request with its number. */
    readonly answer: (n: number) => void
  }

  async function startLate(cacheControl = 's-maxage=60'): Promise<Late> {
    const waiting: ServerResponse[] = []
    const stub = await startStubbed((req, res) => {
      if (req.method === 'GET') waiting.push(res)
      else res.end()
    })
    const answer = (n: number): void => {
      waiting[n - 1]?.writeHead(200, { 'cache-control': cacheControl }).end(`answer ${n}`)
    }
    return { stub, waiting, answer }
  }

  test.each([
    [
      'other instances',
      async (stub: StubbedGateway) => {
        const { project, gateway } = stub
        await project.write('config/apps/acme.json', { env: { NEW: '1' } })
        await gateway.reload()
        await stub.event('app.ready', 'acme', () => true, 2)
      },
    ],
    [
      'other props of the tenant',
      async ({ project, gateway }: StubbedGateway) => {
        await project.write('config/tenants/acme.json', {
          hosts: ['acme.localhost'],
          props: { name: 'Other' },
        })
        await gateway.reload()
      },
    ],
    [
      'a POST to the same URL',
      async ({ port }: StubbedGateway) => {
        await fetchOn(port, PAGE, { method: 'POST' })
      },
    ],
  ])('%s: who comes after waits for a newer one, and that is kept', async (_, change) => {
    const { stub, waiting, answer } = await startLate()
    await using _stub = stub
    const before = [text(stub)]
    await until(() => waiting.length === 1)
    before.push(text(stub))
    await settled()
    await change(stub)
    const after = text(stub)
    await until(() => waiting.length === 2)
    answer(1)
    expect(await Promise.all(before)).toEqual(['answer 1', 'answer 1'])
    const later = text(stub)
    await settled()
    answer(2)
    expect(await Promise.all([after, later])).toEqual(['answer 2', 'answer 2'])
    expect(await text(stub)).toBe('answer 2')
    expect(waiting).toHaveLength(2)
  })

  test('what was being fetched in the place of a stale answer is not kept either', async () => {
    const { stub, waiting, answer } = await startLate('s-maxage=0, stale-while-revalidate=60')
    await using _stub = stub
    const first = text(stub)
    await until(() => waiting.length === 1)
    answer(1)
    expect(await first).toBe('answer 1')
    expect(await text(stub)).toBe('answer 1')
    await until(() => waiting.length === 2)
    await fetchOn(stub.port, PAGE, { method: 'POST' })
    answer(2)
    await settled()
    const after = text(stub)
    await until(() => waiting.length === 3)
    answer(3)
    expect(await after).toBe('answer 3')
  })

  test('what is asked for at other URLs is kept all the same', async () => {
    const { stub, waiting, answer } = await startLate()
    await using _stub = stub
    const before = text(stub)
    await until(() => waiting.length === 1)
    await fetchOn(stub.port, `${PAGE}?other`, { method: 'POST' })
    answer(1)
    expect([await before, await text(stub)]).toEqual(['answer 1', 'answer 1'])
  })
})
