import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { fetchOn } from '../support/http.ts'
import { createProject, type Project } from '../support/project.ts'
import { runTenantry, startTenantry, type RunningTenantry } from '../support/tenantry.ts'

// CVE-2025-29927, CVE-2025-55182 and what followed: an app with a vulnerable Next.js does not start.
const RELEASE = '20261124-184456-7f3a'
const OLD = '16.2.4'
/** Nothing is known of it. */
const FIXED = '99.0.0'

let project: Project
let gateway: RunningTenantry

beforeAll(async () => {
  project = await createProject({
    // Nothing starts but what is asked for.
    'config/gateway.json': { instances: { restartDelay: '1h', maxRestartDelay: '1h' } },
    ...app('old'),
    ...app('changed'),
    ...app('accepting', { acceptAdvisories: ['GHSA-c4j6-fc7j-m34r'] }),
  })
  for (const id of ['old', 'changed', 'accepting'])
    await project.link(`apps/${id}/.tenantry/current`, `releases/${RELEASE}`)
  gateway = await startTenantry('start', project.configDir)
})

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await project[Symbol.asyncDispose]()
})

test('it is refused, and the log names each advisory and the mend', async () => {
  const said = await failureOf('old')
  expect(said).toContain(`Next.js ${OLD} is known to be vulnerable, update it`)
  expect(said).toContain('GHSA-c4j6-fc7j-m34r (CVE-2026-44578): ')
  const answer = await fetchOn(gateway.port, 'http://old.localhost/')
  expect(answer.status).toBe(503)
  expect(await answer.text()).not.toContain('GHSA')
})

test('an advisory that config accepts is not among the reasons, the others are', async () => {
  const said = await failureOf('accepting')
  expect(said).toContain('acceptAdvisories')
  expect(said).not.toContain('GHSA-c4j6-fc7j-m34r')
  const all = [...said.matchAll(/GHSA-[\w-]+/g)].map(([id]) => id)
  await project.write('config/apps/accepting.json', {
    acceptAdvisories: [...all, 'GHSA-c4j6-fc7j-m34r'],
  })
  // What stands there for Next.js cannot be started.
  await gateway.line(
    (line) =>
      failure(line, 'accepting') !== undefined && !failure(line, 'accepting')?.includes('GHSA'),
    'another reason',
  )
})

test('what is installed is looked at anew at each start: a mend helps at once, and a way back is seen', async () => {
  const restarted = async (version: string): Promise<string> => {
    await project.write('apps/changed/node_modules/next/package.json', nextOf(version))
    const { code, stderr } = await runTenantry([
      'restart',
      'changed',
      '--config',
      project.configDir,
    ])
    // What stands there for Next.js cannot be started.
    expect(code).toBe(1)
    return stderr
  }
  expect(await failureOf('changed')).toContain(`Next.js ${OLD} is known to be vulnerable`)
  expect(await restarted(FIXED)).not.toContain('vulnerable')
  expect(await restarted(OLD)).toContain(`Next.js ${OLD} is known to be vulnerable`)
})

test('in development the log only warns, and the app is started all the same', async () => {
  await using own = await createProject({
    'config/gateway.json': { log: { format: 'json' } },
    ...app('old'),
    'apps/old/app/page.js': '',
  })
  await using dev = await startTenantry('dev', own.configDir)
  const asked = fetchOn(dev.port, 'http://old.localhost/')
  const warning = await dev.line((line) => line['event'] === 'app.vulnerable', 'the warning')
  expect(warning).toMatchObject({ level: 'warn', app: 'old' })
  expect(warning['msg']).toContain('GHSA-c4j6-fc7j-m34r (CVE-2026-44578): ')
  // What stands there for Next.js cannot be started.
  const failed = await dev.line((line) => failure(line, 'old') !== undefined, 'the failure')
  expect(failure(failed, 'old')).not.toContain('vulnerable')
  expect((await asked).status).toBeGreaterThanOrEqual(500)
})

test('check says so, with exit code 1', async () => {
  const { code, stderr } = await runTenantry(['check', '--config', project.configDir])
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining(`old: Next.js ${OLD} is known to be vulnerable`),
  ])
})

async function failureOf(id: string): Promise<string> {
  return (
    failure(await gateway.line((line) => failure(line, id) !== undefined, 'the refusal'), id) ?? ''
  )
}

function failure(line: Readonly<Record<string, unknown>>, id: string): string | undefined {
  if (line['event'] !== 'app.failed' || line['app'] !== id) return undefined
  return (line['err'] as { message: string }).message
}

function app(id: string, config: object = {}): Record<string, object> {
  return {
    [`apps/${id}/package.json`]: {},
    [`apps/${id}/node_modules/next/package.json`]: nextOf(OLD),
    [`apps/${id}/.tenantry/releases/${RELEASE}/release.json`]: {},
    [`apps/${id}/.tenantry/releases/${RELEASE}/.next/required-server-files.json`]: { config: {} },
    [`config/apps/${id}.json`]: config,
    [`config/tenants/${id}.json`]: { hosts: [`${id}.localhost`] },
  }
}

function nextOf(version: string): object {
  return { name: 'next', version, main: 'none.js' }
}
