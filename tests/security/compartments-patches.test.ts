import { once } from 'node:events'
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { PATCHES } from '../../gateway/dist/instances/shared/patches/all.js'
import { fetchOn } from '../support/http.ts'
import { REPO } from '../support/project.ts'
import { startTwins } from '../support/twins.ts'
import { SharedApps } from '../support/twins/apps.ts'
import { CHECKS, runSuite } from '../support/twins/suite.ts'

// No check passes by accident: each is seen to fail when the patch that it stands for is switched off.

/** Patch → the checks that fail without it. */
const PROVEN: Readonly<Record<string, readonly string[]>> = {
  'process-env': [
    'after',
    'config',
    'dynamic',
    'environment',
    'error-page',
    'pages-api',
    'pages-config',
    'pages-draft',
    'pages-dynamic',
    'proxy',
    'web-socket',
  ],
  'env-files': ['environment'],
  'patched-fetch': ['cached-fetch'],
  manifests: ['action', 'action-bound', 'action-call', 'chunks'],
  'client-modules': ['suspense'],
  'client-chunks': ['dynamic-import'],
  'use-cache': ['use-cache', 'use-cache-remote'],
  'custom-cache-handlers': ['custom-cache-handler'],
  'asset-suffix': ['deployment-id'],
  'memory-cache': [
    'cache-life',
    'cached-fetch',
    'draft',
    'isr',
    'not-found',
    'pages-errors',
    'pages-isr',
    'pages-revalidate',
    'params',
    'partly-static',
    'route-handler',
    'static',
    'unstable-cache',
  ],
  tags: ['cache-tag', 'revalidate-path', 'revalidate-tag'],
  'cache-controls': ['cache-control'],
  'edge-contexts': ['edge-proxy', 'edge-route'],
  instrumentation: ['instrumentation'],
  telemetry: ['spans'],
  'image-cache': ['image'],
  loadable: ['pages-lazy'],
}

/** Patches that the tests below prove. */
const PROVEN_ALONE = [
  'config-cache',
  'edge-listeners',
  'edge-redirect',
  'intervals',
  'load-manifest',
  'loader-workers',
  'process-exit',
  'process-folder',
  'process-listeners',
  'revalidation',
]

/** What the gateway notices by itself when it starts its first shared app. */
const NOTICED = ['process-env', 'manifests', 'client-modules', 'memory-cache', 'tags']

/** Patches that no answer can prove, and why. */
const UNPROVEN: Readonly<Record<string, string>> = {
  'router-context': 'defensive: keyed by folder already',
  'http-agents': 'defensive: nothing failed without it',
}

test('every patch has a check, or a reason for having none; every check stands for a patch', () => {
  const patches = [...Object.keys(PROVEN), ...PROVEN_ALONE, ...Object.keys(UNPROVEN)]
  expect(patches.toSorted()).toEqual(PATCHES.map(({ name }) => name).toSorted())
  const checks = new Set(Object.values(PROVEN).flat())
  expect([...checks].toSorted()).toEqual(CHECKS.map(({ name }) => name).toSorted())
})

test.each(Object.entries(PROVEN))(
  'without the patch %s these checks fail: %j',
  async (patch, only) => {
    const kinds = new Set(CHECKS.filter(({ name }) => only.includes(name)).map(({ kind }) => kind))
    await using running = await startTwins({
      runtime: 'shared',
      kinds: [...kinds],
      without: [patch],
    })
    const { failed } = await runSuite(running, {
      clients: 24,
      requests: 150 * only.length,
      only,
      untilWrong: true,
    })
    expect([...failed].toSorted()).toEqual(only)
  },
  240_000,
)

test.each(['config-cache', 'load-manifest'])(
  'without the patch %s an app from a changed folder goes on with its old build',
  async (patch) => {
    await using apps = await SharedApps.start({ site: 'main/p' }, [patch])
    expect(await apps.text('site', '/suspense')).toContain('plum')
    await apps.overwrite('site', 'main/q')
    expect(await apps.text('site', '/suspense')).toContain('plum')
  },
)

test.each(NOTICED)('without the patch %s the self-test fails', async (patch) => {
  await using apps = await SharedApps.start({ one: 'tiny/p' }, [patch])
  const refuted = await apps.gateway.line((line) => line['event'] === 'shared.refuted')
  expect(JSON.stringify(refuted['err'])).toContain('the self-test of the shared runtime failed')
})

test.each(['Next.js', 'the apps'])(
  'spans stay apart where @opentelemetry/api is installed beside %s',
  async (where) => {
    const packages = await mkdtemp(join(tmpdir(), 'tenantry-telemetry-'))
    try {
      await mkdir(join(packages, '@opentelemetry'))
      await symlink(join(REPO, 'node_modules/otel-api'), join(packages, '@opentelemetry/api'))
      await using running = await startTwins({
        runtime: 'shared',
        kinds: ['main'],
        appEnv: { TELEMETRY: 'installed' },
        ...(where === 'Next.js' ? { env: { NODE_PATH: packages } } : { packages }),
      })
      const load = { clients: 24, requests: 150, only: ['spans'], untilWrong: true }
      expect([...(await runSuite(running, load)).failed]).toEqual([])
    } finally {
      await rm(packages, { recursive: true })
    }
  },
)

test('without the patch edge-redirect apps that were unloaded stay in memory', async () => {
  const [without, kept] = [await leakOf(['edge-redirect']), await leakOf([])]
  expect(without).toBeGreaterThan(0.8)
  expect(kept).toBeLessThan(0.4)
}, 120_000)

test('without the patch edge-listeners the last app with edge code stays in memory', async () => {
  await using apps = await SharedApps.start({ edge: 'main/p' }, ['edge-listeners'])
  await apps.text('edge', '/api/edge')
  await apps.remove('edge')
  await apps.reload()
  await apps.event('app.closed', 'edge')
  expect((await apps.held()).servers).toBe(1)
})

test('without the patch process-exit an app ends the gateway', async () => {
  await using apps = await SharedApps.start({ frail: 'main/p' }, ['process-exit'])
  const ended = once(apps.gateway.process, 'exit')
  await apps.get('frail', '/api/fault?kind=exit').catch(() => {})
  expect(await ended).toEqual([3, null])
})

test('without the patch process-folder an app moves the gateway and all other apps', async () => {
  await using apps = await SharedApps.start({ frail: 'main/p' }, ['process-folder'])
  expect((await apps.get('frail', '/api/fault?kind=chdir')).status).toBe(200)
  expect((await apps.state()).folder).toBe('/')
})

test('without the patch revalidation the gateway learns of none', async () => {
  for (const without of [['revalidation'], []]) {
    await using apps = await SharedApps.start({ site: 'revalidating/p' }, without)
    const { port } = apps.gateway
    const asked = { method: 'POST' }
    await fetchOn(port, 'http://site.localhost/api/revalidate?tag=shop', asked)
    await apps.restart('site')
    const told = apps.gateway.log.filter((line) => line['event'] === 'revalidated')
    expect(told.some((line) => line['app'] === 'site')).toBe(without.length === 0)
  }
})

test('without the patch process-listeners each app adds to the listeners of the process', async () => {
  const twins = { one: 'tiny/p', two: 'tiny/p' }
  await using apps = await SharedApps.start(twins, ['process-listeners'])
  const { listeners } = await apps.state()
  await using kept = await SharedApps.start(twins)
  expect(listeners).not.toEqual((await kept.state()).listeners)
})

/** MB of heap that an app with an edge route leaves behind, each time it is unloaded. */
async function leakOf(without: readonly string[]): Promise<number> {
  const [first, more] = [4, 8]
  await using apps = await SharedApps.start({ edge: 'main/p' }, without)
  const cycles = async (count: number): Promise<number> => {
    for (let n = 0; n < count; n++) {
      await apps.text('edge', '/api/edge')
      await apps.restart('edge')
    }
    return apps.heap()
  }
  const before = await cycles(first)
  return ((await cycles(more)) - before) / more / 1e6
}
