import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { CODINGS } from '../support/codings.ts'
import { open } from '../support/http.ts'
import { nextStart } from '../support/next-start.ts'
import { createProject, REPO, type Project } from '../support/project.ts'
import { startTenantry, type RunningTenantry } from '../support/tenantry.ts'

// Files of the release are answered by the gateway as `next start` answers them.

const APPS = {
  acme: { dir: 'apps/acme', base: '', aliases: [] },
  globex: { dir: 'apps/globex', base: '', aliases: [] },
  storefront: { dir: 'apps/storefront', base: '', aliases: [] },
  probe: { dir: 'tests/fixtures/probe', base: '', aliases: [] },
  files: { dir: 'tests/fixtures/files', base: '/docs', aliases: ['/cdn'] },
  languages: { dir: 'tests/fixtures/languages', base: '', aliases: [] },
} as const
type App = keyof typeof APPS

let project: Project
/** One keeps files in memory, the other streams all but the smallest. */
let kept: RunningTenantry
let streamed: RunningTenantry

beforeAll(async () => {
  const files: Record<string, object> = {}
  for (const [id, { dir }] of Object.entries(APPS)) {
    // Files are answered without their app.
    files[`config/apps/${id}.json`] = { dir: join(REPO, dir), start: 'lazy' }
    files[`config/tenants/${id}.json`] = { hosts: [`${id}.localhost`] }
  }
  project = await createProject(files)
  kept = await startTenantry('start', project.configDir)
  await project.write('config/gateway.json', {
    appsRoot: REPO,
    log: { level: 'debug' },
    control: { socket: false },
    files: { maxFileBytes: 16 },
  })
  streamed = await startTenantry('start', project.configDir)
})

afterAll(async () => {
  await kept?.[Symbol.asyncDispose]()
  await streamed?.[Symbol.asyncDispose]()
  await project?.[Symbol.asyncDispose]()
})

interface Got {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

async function get(
  port: number,
  app: App,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Got> {
  const answer = await open(port, `http://${app}.localhost/`, { headers, method, path })
  const body = await buffer(answer)
  return { status: answer.statusCode, headers: answer.headers, body }
}

/** Headers that mean something to clients, apart from the validators. */
const COMPARED = [
  'accept-ranges',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'last-modified',
  'location',
  'vary',
]

function semantics({ status, headers, body }: Got): unknown {
  const vary = headers.vary === 'Accept-Encoding' ? undefined : headers.vary
  const named = COMPARED.map((name) => [name, name === 'vary' ? vary : headers[name]])
  return { status, headers: Object.fromEntries(named), body: digestOf(body) }
}

/** Jest compares buffers byte by byte, in seconds. */
function digestOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex')
}

/** Paths of all files of an app, as Next.js knows them. */
async function pathsOf(app: App): Promise<string[]> {
  const { dir, base, aliases } = APPS[app]
  const walk = async (folder: string): Promise<string[]> => {
    const entries = await readdir(join(REPO, dir, folder), {
      recursive: true,
      withFileTypes: true,
    }).catch(() => [])
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(REPO, dir, folder).length))
      .map((path) => path.split('/').map(encodeURIComponent).join('/'))
  }
  const built = (await walk('.next/static')).map((path) => `/_next/static${path}`)
  const open = await walk('public')
  return [
    ...[...built, ...open].map((path) => base + path),
    ...aliases.flatMap((alias) => built.map((path) => alias + path)),
  ]
}

/** What Next.js answers itself of the fixtures: a rule of the app applies, or it has a way of its own. */
const NOT_OURS = [
  '/held/held.txt',
  '/only.txt',
  '/moved.txt',
  '/de/text.txt',
  '/en/text.txt',
  '/no-extension',
  '/docs/held/held.txt',
  '/docs/by-cookie.txt',
  '/docs/moved.txt',
  '/docs/hidden-by-rewrite.txt',
  '/docs/guarded/guarded.txt',
  '/docs/.hidden',
  '/docs/100%25.txt',
]

test.each(Object.keys(APPS) as App[])(
  'every file of %s is answered as Next.js answers it, and without it',
  async (app) => {
    await using next = await nextStart(join(REPO, APPS[app].dir))
    const paths = await pathsOf(app)
    expect(paths.length).toBeGreaterThan(3)
    const left = paths.filter((path) => !NOT_OURS.includes(path))
    // Of build files each kind is asked for under all conditions once.
    const kinds = new Set<string>()
    const isFirst = (path: string): boolean => {
      const kind = path.includes('/_next/') ? path.slice(path.lastIndexOf('.')) : path
      const isNew = !kinds.has(kind)
      kinds.add(kind)
      return isNew
    }
    const compare = async (): Promise<void> => {
      for (let path = left.pop(); path !== undefined; path = left.pop()) {
        await expectTheSame(app, path, next.port, isFirst(path))
      }
    }
    await Promise.all([compare(), compare(), compare(), compare()])
    for (const { log } of [kept, streamed]) {
      const lines = log.filter((line) => line['event'] === 'request' && line['app'] === app)
      expect(lines.length).toBeGreaterThan(paths.length)
      expect(lines.filter((line) => line['served'] !== 'static')).toEqual([])
      expect(log.filter((line) => line['event'] === 'app.ready' && line['app'] === app)).toEqual([])
    }
  },
  240_000,
)

async function expectTheSame(
  app: App,
  path: string,
  nextPort: number,
  underConditions: boolean,
): Promise<void> {
  const plain = await get(nextPort, app, path)
  expect([path, plain.status]).toEqual([path, 200])
  for (const { port } of [kept, streamed]) {
    const ours = await get(port, app, path)
    expect([path, semantics(ours)]).toEqual([path, semantics(plain)])
    for (const { headers, method } of underConditions ? conditions() : []) {
      const [mine, theirs] = await Promise.all([
        get(port, app, path, headers(ours.headers), method),
        get(nextPort, app, path, headers(plain.headers), method),
      ])
      // Of an empty file Next.js answers a range with 500.
      if (theirs.status === 500 && plain.body.length === 0) continue
      const asked = [path, String(headers)]
      expect([...asked, semantics(mine)]).toEqual([...asked, semantics(theirs)])
    }
    await expectCompressed(port, app, path, ours)
  }
}

type Condition = {
  readonly headers: (known: IncomingHttpHeaders) => Record<string, string>
  readonly method?: string
}

function conditions(): Condition[] {
  const etag = ({ etag = '' }: IncomingHttpHeaders): string => etag
  const at = (known: IncomingHttpHeaders): string => known['last-modified'] ?? ''
  return [
    { headers: () => ({}), method: 'HEAD' },
    { headers: (known) => ({ 'if-none-match': etag(known) }) },
    { headers: (known) => ({ 'if-none-match': `"x", ${etag(known)}` }), method: 'HEAD' },
    { headers: () => ({ 'if-none-match': '"x"' }) },
    { headers: (known) => ({ 'if-modified-since': at(known) }) },
    { headers: () => ({ 'if-modified-since': 'Sun, 06 Nov 1994 08:49:37 GMT' }) },
    { headers: (known) => ({ 'if-none-match': '"x"', 'if-modified-since': at(known) }) },
    { headers: (known) => ({ range: 'bytes=0-3', 'if-none-match': etag(known) }) },
    { headers: () => ({ range: 'bytes=0-0' }) },
    { headers: () => ({ range: 'bytes=-1' }) },
    { headers: (known) => ({ range: 'bytes=0-0', 'if-range': at(known) }) },
    { headers: () => ({ range: 'bytes=0-0', 'if-range': 'Sun, 06 Nov 1994 08:49:37 GMT' }) },
    { headers: () => ({ range: 'bytes=0-0', 'if-range': '"x"' }) },
    { headers: () => ({ range: 'lines=0-3' }) },
  ]
}

/** In each coding the same bytes, each with an `ETag` of its own that fits no other. */
async function expectCompressed(port: number, app: App, path: string, plain: Got): Promise<void> {
  const etags = [plain.headers.etag]
  for (const [coding, { decode }] of Object.entries(CODINGS)) {
    const asked = { 'accept-encoding': coding }
    const got = await get(port, app, path, asked)
    expect(got.headers.vary).toBe(plain.headers.vary)
    if (got.headers['content-encoding'] === undefined) {
      expect([path, semantics(got)]).toEqual([path, semantics(plain)])
      continue
    }
    expect([path, got.headers['content-encoding']]).toEqual([path, coding])
    expect(got.headers.vary).toBe('Accept-Encoding')
    expect(Number(got.headers['content-length'])).toBe(got.body.length)
    expect(got.body.length).toBeLessThan(plain.body.length)
    expect(digestOf(decode(got.body))).toBe(digestOf(plain.body))
    expect(etags).not.toContain(got.headers.etag)
    etags.push(got.headers.etag)
    const etag = String(got.headers.etag)
    const again = await get(port, app, path, { ...asked, 'if-none-match': etag })
    expect([again.status, again.body.length]).toEqual([304, 0])
    const other = await get(port, app, path, { 'if-none-match': etag })
    expect(other.status).toBe(200)
    // A part is one of the plain bytes.
    const part = await get(port, app, path, { ...asked, range: 'bytes=1-2' })
    expect([part.status, part.body]).toEqual([206, plain.body.subarray(1, 3)])
    const mixed = await get(port, app, path, { ...asked, range: 'bytes=1-2', 'if-range': etag })
    expect([mixed.status, digestOf(mixed.body)]).toEqual([200, digestOf(plain.body)])
  }
}

/** What clients see of an answer of Next.js, and of one that the gateway handed on. */
function told(path: string, { status, headers, body }: Got): unknown {
  return [
    path,
    status,
    headers['content-type'],
    headers['cache-control'],
    headers.location?.replace(/^https?:\/\/[^/]+/, ''),
    headers['x-held'],
    headers['x-proxied'],
    status === 200 ? body.toString() : undefined,
  ]
}

test('what a rule of the app could apply to, and what is no path of a file, is answered by Next.js', async () => {
  await using next = await nextStart(join(REPO, APPS.files.dir))
  const paths = [
    ...NOT_OURS.filter((path) => path.startsWith('/docs/')),
    '/docs/plain.txt/',
    '/docs//plain.txt',
    '/docs\\plain.txt',
    '/docs/x/../plain.txt',
    '/docs/x/%2e%2e/plain.txt',
    '/docs/./plain.txt',
    '/docs/plain%2etxt',
    '/docs/%70lain.txt',
    '/docs/held%2fheld.txt',
    '/docs/de%5ctext.txt',
    '/docs/plain.txt%00',
    '/docs/plain.txt%',
    '/docs/PLAIN.TXT',
    '/docs/%5bbrackets%5d.txt',
    '/docs/held',
    '/docs/nothing.txt',
    '/docs/nothing.txt?x=/docs/plain.txt',
    '/plain.txt',
    '/_next/static/nothing.js',
    '/docs/_next/static/nothing.js',
    '/docs/_next/static/../BUILD_ID',
    '/docs/_next/static/..%2fBUILD_ID',
    '/docs/_next/BUILD_ID',
    '/cdn/plain.txt',
    '/cdn/_next/static/nothing.js',
    '/docs/compressed/public/long.txt.br',
    '/docs/release.json',
  ]
  for (const path of paths) {
    const [theirs, ours] = [
      await get(next.port, 'files', path),
      await get(kept.port, 'files', path),
    ]
    expect(told(path, ours)).toEqual(told(path, theirs))
  }
  await kept.line((line) => line['path'] === '/docs/release.json', 'the last path')
  const served = kept.log.filter(
    (line) =>
      line['app'] === 'files' &&
      line['served'] === 'static' &&
      paths.includes(String(line['path'])),
  )
  expect(served).toEqual([])
  const beta = await get(kept.port, 'files', '/docs/by-cookie.txt', { cookie: 'beta=1' })
  expect(beta.headers['x-beta']).toBe('yes')
})

test('so it is with languages and slashes at the end', async () => {
  await using next = await nextStart(join(REPO, APPS.languages.dir))
  const built = (await pathsOf('languages')).find((path) => path.startsWith('/_next/'))
  const paths = [
    `/assets${built}`,
    ...NOT_OURS.filter((path) => !path.startsWith('/docs/')),
    '/plain.txt/',
    '/de/plain.txt',
    '/en/plain.txt',
    '/DE/text.txt',
    '/fr/only.txt',
    '/assets/plain.txt',
    '/de/_next/static/x.js',
    '/_next/data/x/plain.txt.json',
  ]
  for (const path of paths) {
    const [theirs, ours] = await Promise.all(
      [next, kept].map(({ port }) => get(port, 'languages', path)),
    )
    expect(told(path, ours as Got)).toEqual(told(path, theirs as Got))
  }
  await kept.line((line) => line['path'] === paths.at(-1), 'the last path')
  const served = kept.log.filter(
    (line) => line['app'] === 'languages' && line['served'] === 'static',
  )
  expect(served.filter(({ path }) => paths.includes(String(path)))).toEqual([])
})

test.each(['/docs/plain.txt', '/docs/[brackets].txt', '/docs/ümlaut.txt', '/docs/plain.txt?v=1'])(
  '%s as a browser writes it is answered by the gateway',
  async (path) => {
    const { pathname, search } = new URL(path, 'http://n')
    const { status } = await get(kept.port, 'files', pathname + search)
    const line = await kept.line((entry) => entry['path'] === pathname, pathname)
    expect([status, line['served']]).toEqual([200, 'static'])
  },
)

test.each(['POST', 'PUT', 'DELETE', 'PATCH'])(
  'a %s is answered as Next.js does',
  async (method) => {
    await using next = await nextStart(join(REPO, APPS.files.dir))
    const [theirs, ours] = [
      await get(next.port, 'files', '/docs/plain.txt', {}, method),
      await get(kept.port, 'files', '/docs/plain.txt', {}, method),
    ]
    expect([ours.status, ours.headers.allow]).toEqual([theirs.status, theirs.headers.allow])
  },
)

test.each([
  ['"x"', undefined, 412],
  [undefined, 'Sun, 06 Nov 1994 08:49:37 GMT', 412],
  ['*', undefined, 200],
])('If-Match: %s, If-Unmodified-Since: %s', async (match, since, status) => {
  const headers = {
    ...(match !== undefined && { 'if-match': match }),
    ...(since !== undefined && { 'if-unmodified-since': since }),
  }
  for (const { port } of [kept, streamed]) {
    expect((await get(port, 'files', '/docs/long.txt', headers)).status).toBe(status)
  }
})

test.each(['bytes=999999-', 'bytes=-0', 'bytes=x'])('Range: %s is refused', async (range) => {
  for (const { port } of [kept, streamed]) {
    const { status, headers, body } = await get(port, 'files', '/docs/plain.txt', { range })
    expect([status, headers['content-range'], body.length]).toEqual([416, 'bytes */11', 0])
  }
})

test('of several ranges the whole is sent, as Next.js does', async () => {
  await using next = await nextStart(join(REPO, APPS.files.dir))
  const range = 'bytes=0-0,2-2'
  const theirs = await get(next.port, 'files', '/docs/plain.txt', { range })
  expect(theirs.status).toBe(200)
  for (const { port } of [kept, streamed]) {
    const ours = await get(port, 'files', '/docs/plain.txt', { range })
    expect(semantics(ours)).toEqual(semantics(theirs))
  }
})

test('a HEAD with Range is one for the whole (RFC 9110 §14.2), other than in Next.js', async () => {
  for (const { port } of [kept, streamed]) {
    const { status, headers } = await get(
      port,
      'files',
      '/docs/plain.txt',
      { range: 'bytes=0-0' },
      'HEAD',
    )
    expect([status, headers['content-length'], headers['content-range']]).toEqual([
      200,
      '11',
      undefined,
    ])
  }
})

test('each answer carries the id of its own request', async () => {
  const ids = await Promise.all(
    Array.from({ length: 50 }, async (_, i) => {
      const path = i % 2 === 0 ? '/docs/plain.txt' : '/docs/long.txt'
      return (await get(kept.port, 'files', path)).headers['x-request-id']
    }),
  )
  expect(new Set(ids).size).toBe(50)
})
