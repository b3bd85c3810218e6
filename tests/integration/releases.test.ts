import { readdir, readFile, readlink, rm, symlink, rename, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect, test } from '@jest/globals'
import { Deployed } from '../support/deployed.ts'
import { fetchOn, open } from '../support/http.ts'

// Builds become releases; a running gateway takes them over without losing a request, or goes on with the one before.

test.each(['process', 'shared'] as const)(
  'runtime %s: a release takes over while requests come, and a rollback as well',
  async (runtime) => {
    await using site = await Deployed.start({ runtime, kind: 'skew' })
    expect(await site.text()).toContain('page of plum')
    await using traffic = ask(site)
    await site.build('q')
    // A build alone changes nothing.
    expect(await site.text('/other')).toContain('other of plum')
    expect(await site.run('publish', 'site')).toMatch(/site: release \S+ is served/)
    expect(await site.text()).toContain('page of quince')
    expect(await site.run('publish', 'site')).toContain('is this build already')
    expect(await site.run('rollback', 'site')).toMatch(/site: release \S+ is served/)
    expect(await site.text()).toContain('page of plum')
    const { releases, current } = JSON.parse(await site.run('releases', 'site', '--json')) as {
      releases: { id: string }[]
      current: string
    }
    expect(releases.map(({ id }) => id === current)).toEqual([false, true])
    await traffic.stop()
    expect(traffic.answers.size).toBeGreaterThan(0)
    expect([...traffic.answers].filter((answer) => !/^200 (plum|quince)$/.test(answer))).toEqual([])
    const again = await site.try('rollback', 'site')
    expect([again.code, again.stderr]).toEqual([
      1,
      expect.stringContaining('has no release before'),
    ])
    const unknown = await site.try('rollback', 'site', '20200101-000000-0000')
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining(current)])
  },
)

test.each([
  ['that does not start', (dir: string) => rm(join(dir, '.next/routes-manifest.json'))],
  [
    'whose pages fail',
    async (dir: string) => {
      const file = join(dir, '.next/server/app/page.js')
      await writeFile(file, 'throw new Error("broken build")')
    },
  ],
])('a release %s leaves the old one serving', async (_, breakBuild) => {
  await using site = await Deployed.start({ runtime: 'process', kind: 'skew' })
  const before = await readlink(join(site.dir, '.tenantry/current'))
  await using traffic = ask(site)
  await site.build('q')
  await breakBuild(site.dir)
  const failed = await site.try('publish', 'site')
  expect(failed.code).toBe(1)
  expect(failed.stderr).toMatch(/release \S+ of site did not come up, \S+ goes on serving: ./)
  expect(await readlink(join(site.dir, '.tenantry/current'))).toBe(before)
  expect(await site.text()).toContain('page of plum')
  await traffic.stop()
  expect([...traffic.answers]).toEqual(['200 plum'])
  await site.build('q')
  await site.run('publish', 'site')
  expect(await site.text()).toContain('page of quince')
})

test('a build that fails publishes nothing', async () => {
  await using site = await Deployed.start({ runtime: 'process', kind: 'skew' })
  const before = await readlink(join(site.dir, '.tenantry/current'))
  await writeFile(join(site.dir, 'app/page.jsx'), 'export default function Page() { return <p> }')
  const failed = await site.try('build', 'site')
  expect([failed.code, failed.stderr]).toEqual([
    1,
    expect.stringContaining('the build of site failed with exit code 1'),
  ])
  expect(await readlink(join(site.dir, '.tenantry/current'))).toBe(before)
  expect(await readdir(join(site.dir, '.tenantry/releases'))).toHaveLength(1)
  expect(await site.text()).toContain('page of plum')
})

test('a release that was refused is not what a restart after a crash comes up with', async () => {
  await using site = await Deployed.start({ runtime: 'process', kind: 'skew' })
  const first = await readlink(join(site.dir, '.tenantry/current'))
  await site.build('q')
  await site.run('publish', 'site')
  const second = await readlink(join(site.dir, '.tenantry/current'))
  await rm(join(site.dir, '.tenantry', first, '.next/routes-manifest.json'))
  await point(site, first)
  await site.gateway.line((line) => line['event'] === 'app.failed', 'the refusal')
  await site.run('restart', 'site').catch(() => {})
  process.kill(pidOf(await site.run('status', '--json')), 'SIGKILL')
  await site.gateway.line((line) => line['event'] === 'app.died', 'the crash')
  expect(await site.text()).toContain('page of quince')
  const status = await site.run('status')
  expect(status).toContain(second.split('/')[1])
  expect(status).toContain('routes-manifest.json')
})

test('a pointer that something else swapped is followed', async () => {
  await using site = await Deployed.start({ runtime: 'process', kind: 'skew' })
  const first = await readlink(join(site.dir, '.tenantry/current'))
  await site.build('q')
  await site.run('publish', 'site')
  await point(site, first)
  const id = first.split('/')[1]
  await site.gateway.line(
    (line) => line['event'] === 'app.replaced' && line['release'] === id,
    'the swap',
  )
  expect(await site.text()).toContain('page of plum')
})

test('a stream of the old release goes on, and when it has ended, the old instance ends', async () => {
  await using site = await Deployed.start({ runtime: 'process', kind: 'main' })
  const stream = await open(site.gateway.port, 'http://site.localhost/api/stream?ticks=100000&n=1')
  let text = ''
  stream.setEncoding('utf8').on('data', (chunk) => (text += String(chunk)))
  await site.build('q')
  await site.run('publish', 'site')
  expect(await site.run('status')).toContain('1 draining')
  expect(await site.text('/api/plain')).toContain('[plain mark=quince')
  const before = text.length
  await once(stream, 'data')
  expect(text.slice(before)).toContain('[tick mark=plum ')
  stream.destroy()
  while ((await site.run('status')).includes('draining'));
})

test('no more releases are kept than config says, and what a page of a kept one needs is served', async () => {
  await using site = await Deployed.start({
    runtime: 'process',
    kind: 'skew',
    gateway: { releases: { keep: 2 } },
  })
  const assets = assetsOf(await site.text())
  for (const name of ['q', 'p', 'q'] as const) {
    await site.build(name)
    await site.run('publish', 'site')
  }
  const kept = (await readdir(join(site.dir, '.tenantry/releases'))).toSorted()
  expect(kept).toHaveLength(2)
  const page = await site.text()
  expect(page).toContain('page of quince')
  expect(assets.filter((path) => !page.includes(path))).not.toEqual([])
  for (const path of assets) {
    const answer = await fetchOn(site.gateway.port, `http://site.localhost${path}`)
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([
      200,
      'public, max-age=31536000, immutable',
    ])
    expect(answer.headers.get('content-type')).toMatch(/javascript|css/)
    expect((await answer.text()).length).toBeGreaterThan(0)
  }
  for (const path of [
    '/_next/static/chunks/nothing.js',
    '/_next/static/../BUILD_ID',
    '/_next/static/%2e%2e/BUILD_ID',
  ])
    expect((await fetchOn(site.gateway.port, `http://site.localhost${path}`)).status).toBe(404)
})

test('the files that a publish has compressed are sent as it made them, those of the release before as well', async () => {
  await using site = await Deployed.start({ runtime: 'process', kind: 'skew' })
  const current = async (): Promise<string> =>
    join(site.dir, '.tenantry', await readlink(join(site.dir, '.tenantry/current')))
  const before = await current()
  await site.build('q')
  await site.run('publish', 'site')
  const now = await current()
  const [old, all] = [await compressedIn(before), await compressedIn(now)]
  // The two share some.
  expect(old.filter((name) => !all.includes(name))).not.toEqual([])
  for (const [dir, names] of [
    [now, all],
    [before, old],
  ] as const) {
    expect(names.length).toBeGreaterThan(4)
    for (const name of names) {
      const coding = name.endsWith('.br') ? 'br' : 'gzip'
      const file = name.replace(/\.\w+$/, '')
      const url = `http://site.localhost/_next/static/${file}`
      const answer = await open(site.gateway.port, url, { headers: { 'accept-encoding': coding } })
      const body = await buffer(answer)
      expect([name, answer.statusCode, answer.headers['content-encoding']]).toEqual([
        name,
        200,
        coding,
      ])
      const made = await readFile(join(dir, 'compressed/.next/static', name))
      const plain = await readFile(join(dir, '.next/static', file))
      const decoded = coding === 'br' ? brotliDecompressSync(body) : gunzipSync(body)
      expect([name, body.equals(made), decoded.equals(plain)]).toEqual([name, true, true])
    }
  }
})

/** Names of what a publish has compressed in the codings that every Node.js has. */
async function compressedIn(release: string): Promise<string[]> {
  const names = await readdir(join(release, 'compressed/.next/static'), { recursive: true })
  return names.filter((name) => /\.(?:br|gz)$/.test(name))
}

function assetsOf(page: string): string[] {
  return [
    ...new Set([...page.matchAll(/\/_next\/static\/[^"\\]+\.(?:js|css)/g)].map(([path]) => path)),
  ]
}

/** As a deploy job on another machine does. */
async function point(site: Deployed, target: string): Promise<void> {
  const next = join(site.dir, '.tenantry/next')
  await symlink(target, next)
  await rename(next, join(site.dir, '.tenantry/current'))
}

function pidOf(status: string): number {
  const { apps } = JSON.parse(status) as { apps: { instances: { pid: number }[] }[] }
  return apps[0]?.instances[0]?.pid ?? 0
}

interface Asking extends AsyncDisposable {
  /** `<status> <mark of the page>`, each kind once. */
  readonly answers: Set<string>
  stop(): Promise<void>
}

/** Four visitors, each asking again as soon as it is answered. */
function ask(site: Deployed): Asking {
  const answers = new Set<string>()
  const stopped = new AbortController()
  const visit = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      const answer = await fetchOn(site.gateway.port, 'http://site.localhost/')
      const mark = /page of (?:<!-- -->)?(\w+)/.exec(await answer.text())?.[1]
      answers.add(`${answer.status} ${mark}`)
    }
  }
  const visitors = Promise.all([visit(), visit(), visit(), visit()])
  const stop = async (): Promise<void> => {
    stopped.abort()
    await visitors
  }
  return { answers, stop, [Symbol.asyncDispose]: stop }
}
