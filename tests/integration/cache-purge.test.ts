import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { answering, get, text } from '../support/cache.ts'
import { Deployed } from '../support/deployed.ts'
import { ask, isHit, type Got } from '../support/guarded.ts'
import { sendTo, startSite, withoutMiddleware, type Site } from '../support/revalidating.ts'
import { startStubbed } from '../support/stub-app.ts'
import { runTenantry } from '../support/tenantry.ts'

// What operators drop from the cache, and what goes by itself with a release, a config, or a tenant.

describe('tenantry purge', () => {
  let site: Site

  beforeAll(async () => {
    site = await startSite('process', {
      front: 'command',
      build: 'guarded/p',
      tenants: ['site', 'other'],
    })
  }, 90_000)

  afterAll(async () => {
    await site[Symbol.asyncDispose]()
  })

  const STORED = ['/static', '/items/one', '/api/tenant?n=1', '/api/tenant?n=2']
  const OTHER = { host: 'other.localhost' }

  async function hits(headers: Record<string, string> = {}): Promise<string[]> {
    const found: string[] = []
    for (const path of STORED) if (isHit(await ask(site, path, headers))) found.push(path)
    return found
  }

  function purge(...flags: string[]): ReturnType<typeof runTenantry> {
    return runTenantry(['purge', ...flags, '--config', site.project.configDir])
  }

  test.each([
    [['--path', '/static'], 1, ['/items/one', '/api/tenant?n=1', '/api/tenant?n=2']],
    [['--path', '/api/tenant'], 2, ['/static', '/items/one']],
    [['--path', '/items/%6Fne/'], 1, ['/static', '/api/tenant?n=1', '/api/tenant?n=2']],
    [['--path', '/nothing'], 0, STORED],
    // Nobody knows the tags of what a route handler answers.
    [['--tag', '_N_T_/items/one'], 3, ['/static']],
    [['--all'], 4, []],
  ])('%j drops %d answers, of one tenant alone', async (flags, count, left) => {
    await hits()
    await hits(OTHER)
    expect(await hits()).toEqual(STORED)
    const { code, stdout } = await purge('site', ...flags)
    expect([code, stdout]).toEqual([
      0,
      `${count} ${count === 1 ? 'answer' : 'answers'} of site dropped\n`,
    ])
    expect(await hits(OTHER)).toEqual(STORED)
    expect(await hits()).toEqual(left)
  })

  test.each([
    [['site'], 2, /say what to drop/],
    [['site', '--all', '--path', '/'], 2, /say what to drop/],
    [['site', '--path', 'static'], 2, /begins with \//],
    [['nobody', '--all'], 1, /no such app or tenant/],
    [['../../stop?', '--all'], 1, /no such app or tenant/],
  ])('%j: exit code %d', async (flags, code, message) => {
    const run = await purge(...flags)
    expect(run.code).toBe(code)
    expect(run.stderr).toMatch(message)
  })
})

test('tenantry purge --path drops the data of a page with it, in the language that the path stands for', async () => {
  await using site = await startSite('process', {
    front: 'command',
    build: 'pages/p',
    // What middleware is asked about is never stored.
    edit: withoutMiddleware,
  })
  const paths = [
    '/kept',
    '/de/kept',
    '/_next/data/twins/en/kept.json',
    '/_next/data/twins/de/kept.json',
  ]
  const hits = async (): Promise<boolean[]> => {
    const all: boolean[] = []
    for (const path of paths) all.push(isHit(await ask(site, path)))
    return all
  }
  await hits()
  expect(await hits()).toEqual([true, true, true, true])
  const { configDir } = site.project
  await runTenantry(['purge', 'site', '--path', '/kept', '--config', configDir])
  expect(await hits()).toEqual([false, true, false, true])
  await runTenantry(['purge', 'site', '--path', '/de/kept', '--config', configDir])
  expect(await hits()).toEqual([true, false, true, false])
}, 90_000)

describe.each(['process', 'shared'] as const)('a release in the runtime %s', (runtime) => {
  test('takes what was stored of the one before with it', async () => {
    await using site = await Deployed.start({ runtime, kind: 'guarded' })
    const { port } = site.gateway
    const page = (): Promise<Got> => ask({ send: sendTo({ port }) }, '/static')
    const old = await page()
    expect(isHit(await page())).toBe(true)
    await site.build('q')
    await site.run('publish', 'site')
    const first = await page()
    expect(isHit(first)).toBe(false)
    expect(stampOf(first)).not.toBe(stampOf(old))
    expect(isHit(await page())).toBe(true)
    await site.run('rollback', 'site')
    expect(stampOf(await page())).toBe(stampOf(old))
  })
})

describe('a config', () => {
  test('that changes what a tenant’s app is told drops what was stored for it', async () => {
    await using stub = await startStubbed((req, res) => {
      res.writeHead(200, { 'cache-control': 's-maxage=60' })
      res.end(String(req.headers['x-tenant-props']))
    })
    const url = 'http://acme.localhost/'
    expect(decodeURIComponent(await text(stub, url))).toContain('Acme')
    await stub.project.write('config/tenants/acme.json', {
      hosts: ['acme.localhost'],
      props: { name: 'Other' },
    })
    await stub.gateway.reload()
    expect(decodeURIComponent(await text(stub, url))).toContain('Other')
  })

  test('that changes nothing of it keeps what is stored', async () => {
    await using stub = await startStubbed(answering('s-maxage=60'))
    await text(stub)
    await stub.project.write('config/tenants/late.json', { app: 'acme', hosts: ['late.localhost'] })
    await stub.gateway.reload()
    expect((await get(stub)).headers.get('cache-status')).toContain('; hit')
  })

  test('that gives a host to another tenant gives it none of the answers', async () => {
    await using stub = await startStubbed((req, res) => {
      res.writeHead(200, { 'cache-control': 's-maxage=60' }).end(req.headers['x-tenant-id'])
    })
    const url = 'http://globex.localhost/'
    expect(await text(stub, url)).toBe('globex')
    await stub.project.write('config/tenants/globex.json', {
      app: 'acme',
      hosts: ['new.localhost'],
    })
    await stub.project.write('config/tenants/heir.json', {
      app: 'acme',
      hosts: ['globex.localhost'],
    })
    await stub.gateway.reload()
    expect(await text(stub, url)).toBe('heir')
  })

  test('that changes the app’s instances drops what was stored of it', async () => {
    await using stub = await startStubbed(answering('s-maxage=60'))
    await text(stub)
    await stub.project.write('config/apps/acme.json', { env: { NEW: '1' } })
    await stub.gateway.reload()
    await stub.event('app.ready', 'acme', () => true, 2)
    expect(await text(stub)).toBe('answer 2 to /page')
  })
})

/** Random, and made when the page was rendered. */
function stampOf({ text: page }: Got): string {
  const [, stamp] = /\[static stamp=(\w+)\]/.exec(page) ?? []
  if (stamp === undefined) throw new Error(page)
  return stamp
}
