import { join } from 'node:path'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ask, isHit, type Got } from '../support/guarded.ts'
import { createProject, REPO, type Project } from '../support/project.ts'
import { sendTo } from '../support/revalidating.ts'
import { runTenantry, startTenantry, type RunningTenantry } from '../support/tenantry.ts'

// Apps in front of which the cache must know what a path means: of several languages, of which one is chosen by the request, and below a base path.

const APPS = ['languages', 'files'] as const
let project: Project
let gateway: RunningTenantry
let send: ReturnType<typeof sendTo>

beforeAll(async () => {
  const files: Record<string, object> = {}
  for (const id of APPS) {
    files[`config/apps/${id}.json`] = { dir: join(REPO, 'tests/fixtures', id) }
    files[`config/tenants/${id}.json`] = {
      hosts: id === 'languages' ? ['languages.localhost', 'fr.example'] : [`${id}.localhost`],
    }
  }
  project = await createProject(files)
  gateway = await startTenantry('start', project.configDir)
  send = sendTo(gateway)
  for (const id of APPS) {
    await gateway.line((line) => line['event'] === 'app.ready' && line['app'] === id)
  }
}, 120_000)

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await project?.[Symbol.asyncDispose]()
})

async function purge(...flags: string[]): Promise<void> {
  const { code } = await runTenantry(['purge', ...flags, '--config', project.configDir])
  expect(code).toBe(0)
}

describe('an app of several languages', () => {
  const get = (
    path: string,
    headers: Record<string, string> = {},
    host = 'languages.localhost',
  ): Promise<Got> => ask({ send }, path, { host, ...headers })

  /** Where it leads to, or the language that it is in. */
  const shown = ({ status, headers, text }: Got): unknown =>
    status === 200 ? /locale=(\w+)\]/.exec(text)?.[1] : [status, headers.location]

  const VISITORS: readonly [headers: Record<string, string>, root: unknown][] = [
    [{}, 'en'],
    [{ 'accept-language': 'de' }, [307, '/de/']],
    [{ 'accept-language': 'fr, de;q=0.5' }, [307, '/fr/']],
    [{ 'accept-language': 'xx' }, 'en'],
    [{ cookie: 'NEXT_LOCALE=de' }, [307, '/de/']],
    [{ cookie: 'NEXT_LOCALE=en', 'accept-language': 'de' }, 'en'],
  ]

  test('the root is chosen for each visitor, one after the other in each order', async () => {
    for (const order of [VISITORS, VISITORS.toReversed(), VISITORS]) {
      for (const [headers, root] of order) {
        for (const path of ['/', '/?a=1']) {
          const got = await get(path, headers)
          const to = Array.isArray(root) && path.includes('?') ? [307, `${root[1]}?a=1`] : root
          expect([path, headers, shown(got), isHit(got)]).toEqual([path, headers, to, false])
        }
      }
    }
  })

  test('and where all of them ask at once', async () => {
    const asked = Array.from({ length: 60 }, (_, n) => VISITORS[n % VISITORS.length])
    const answers = await Promise.all(asked.map((visitor) => get('/', visitor?.[0])))
    expect(answers.map(shown)).toEqual(asked.map((visitor) => visitor?.[1]))
  })

  test('a path that names its language is one for all, and its data another', async () => {
    const id = await readFile(join(REPO, 'tests/fixtures/languages/.next/BUILD_ID'), 'utf8')
    for (const [page, data] of [
      ['/de/', 'de'],
      ['/fr/', 'fr'],
      ['/en/', 'en'],
      ['/about/', 'en/about'],
      ['/de/about/', 'de/about'],
    ]) {
      const language = data?.slice(0, 2)
      for (const path of [page ?? '', `/_next/data/${id}/${data}.json`]) {
        const got = []
        for (const [headers] of VISITORS) got.push(await get(path, headers))
        expect([path, got.map(shown)]).toEqual([path, got.map(() => language)])
        expect([path, got.map(isHit)]).toEqual([path, got.map((_, n) => n > 0)])
        const type = path === page ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8'
        expect([path, new Set(got.map((each) => each.headers['content-type']))]).toEqual([
          path,
          new Set([type]),
        ])
      }
    }
  })

  test('the language of a domain is that of its own answers', async () => {
    for (const [host, language] of [
      ['fr.example', 'fr'],
      ['languages.localhost', 'en'],
      ['fr.example', 'fr'],
    ] as const) {
      for (const path of ['/', '/about/']) {
        expect([host, path, shown(await get(path, {}, host))]).toEqual([host, path, language])
      }
    }
    expect(isHit(await get('/about/', {}, 'fr.example'))).toBe(true)
  })
})

describe('an app below a base path', () => {
  const get = (path: string, headers: Record<string, string> = {}): Promise<Got> =>
    ask({ send }, path, { host: 'files.localhost', ...headers })

  test('its pages are stored, and found with any query', async () => {
    const first = await get('/docs?a=1')
    expect([first.status, isHit(first)]).toEqual([200, false])
    for (const path of ['/docs', '/docs?a=2']) {
      const got = await get(path)
      expect([path, isHit(got), got.text]).toEqual([path, true, first.text])
    }
  })

  test('a purge names a path as visitors do', async () => {
    await get('/docs')
    await purge('files', '--path', '/')
    expect(isHit(await get('/docs'))).toBe(true)
    await purge('files', '--path', '/docs')
    expect(isHit(await get('/docs'))).toBe(false)
  })

  test('what lies outside of it is no page', async () => {
    for (const path of ['/', '/index', '/docsx']) {
      for (let n = 0; n < 2; n++) expect([path, (await get(path)).status]).toEqual([path, 404])
    }
    expect((await get('/docs')).status).toBe(200)
  })

  test('what proxy.ts decides is not stored, what it leaves alone is', async () => {
    const headers = encodeURIComponent('{"cache-control":"s-maxage=60"}')
    for (const [path, isProxied] of [
      ['/docs/guarded/body', true],
      ['/docs/body', false],
    ] as const) {
      const got = [await get(`${path}?headers=${headers}`), await get(`${path}?headers=${headers}`)]
      expect([path, ...got.map((each) => each.headers['x-proxied'] === 'yes')]).toEqual([
        path,
        isProxied,
        isProxied,
      ])
      expect([path, ...got.map(({ status }) => status)]).toEqual([path, 200, 200])
      expect([path, ...got.map(isHit)]).toEqual([path, false, !isProxied])
    }
  })
})
