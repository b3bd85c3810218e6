import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { fetchOn } from '../support/http.ts'
import { createProject, probeApp, type Project } from '../support/project.ts'
import { startTenantry, type RunningTenantry } from '../support/tenantry.ts'

// An app's environment: what a process needs, its own variables, nothing of the gateway's or of another app's.
let project: Project
let gateway: RunningTenantry

beforeAll(async () => {
  project = await createProject({
    'secrets.env': 'FROM_FILE=file\nFROM_BOTH=file\nSHARED=file\n',
    'config/apps/one.json': probeApp({
      env: { ONLY_ONE: 'one', SHARED: 'env' },
      envFile: 'secrets.env',
    }),
    'config/apps/two.json': probeApp(),
    'config/tenants/one.json': { hosts: ['one.localhost'] },
    'config/tenants/two.json': { hosts: ['two.localhost'] },
  })
  gateway = await startTenantry('start', project.configDir, {
    env: { GATEWAY_SECRET: 'not for apps', NODE_OPTIONS: '--no-warnings', TZ: 'Europe/Berlin' },
  })
})

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await project[Symbol.asyncDispose]()
})

async function envOf(host: string): Promise<{ pid: number; env: Record<string, string> }> {
  const answer = await fetchOn(gateway.port, `http://${host}/api/env`)
  return (await answer.json()) as { pid: number; env: Record<string, string> }
}

test('nothing of the gateway reaches an app but what a process needs', async () => {
  const { env } = await envOf('two.localhost')
  expect(env['GATEWAY_SECRET']).toBeUndefined()
  expect(env['NODE_OPTIONS']).toBeUndefined()
  expect(env).toMatchObject({ NODE_ENV: 'production', TZ: 'Europe/Berlin' })
  expect(env['PATH']).toBe(process.env['PATH'])
})

test('env wins over envFile, and both over .env files', async () => {
  const { env } = await envOf('one.localhost')
  expect(env).toMatchObject({
    ONLY_ONE: 'one',
    SHARED: 'env',
    FROM_FILE: 'file',
    FROM_BOTH: 'file',
    FROM_DOTENV: 'probe-dotenv',
  })
})

test('the variables of one app are not in another, which is another process', async () => {
  const [one, two] = await Promise.all([envOf('one.localhost'), envOf('two.localhost')])
  expect(one.pid).not.toBe(two.pid)
  expect(two.env['ONLY_ONE']).toBeUndefined()
  expect(two.env['FROM_FILE']).toBeUndefined()
  expect(two.env['FROM_BOTH']).toBe('dotenv')
})
