import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { fetchOn } from '../support/http.ts'
import { createProject, probeApp, REPO, type Project } from '../support/project.ts'
import { startTenantry, type RunningTenantry } from '../support/tenantry.ts'

// What app code writes to the channel between its process and the gateway ends neither the gateway nor another app.
let project: Project
let gateway: RunningTenantry

beforeAll(async () => {
  project = await createProject({
    'config/gateway.json': { appsRoot: REPO },
    'config/apps/rogue.json': probeApp(),
    'config/apps/other.json': probeApp(),
    'config/tenants/rogue.json': { hosts: ['rogue.localhost'] },
    'config/tenants/other.json': { hosts: ['other.localhost'] },
  })
  gateway = await startTenantry('start', project.configDir)
  await Promise.all([status('rogue'), status('other')])
})

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await project[Symbol.asyncDispose]()
})

test.each([
  'no JSON\n',
  '{"type":\n',
  'null\n7\n[]\n""\n{}\n\n',
  '{"type":"pong","rss":"much"}\n{"type":"pong"}\n',
  '{"type":"ready"}\n{"type":"failed"}\n{"type":"else"}\n',
  '{"type":"revalidated","tags":7}\n{"type":"revalidated","tags":[null]}\n',
  '\0\ud800\n',
])('what says %j is passed over', async (body) => {
  expect((await write(body)).status).toBe(200)
  expect(await Promise.all([status('rogue'), status('other')])).toEqual([200, 200])
  expect(gateway.log.filter((line) => line['event'] === 'app.died')).toEqual([])
})

test('a message without an end ends its app alone, which comes back', async () => {
  await write('x'.repeat(9_000_000)).catch(() => {})
  const died = await gateway.line((line) => line['event'] === 'app.died')
  expect(died['app']).toBe('rogue')
  expect(await status('other')).toBe(200)
  await gateway.line((line) => line['event'] === 'app.ready' && line['instance'] === 'rogue#2')
  expect(await status('rogue')).toBe(200)
})

function write(body: string): Promise<Response> {
  return fetchOn(gateway.port, 'http://rogue.localhost/api/channel', { method: 'POST', body })
}

async function status(app: string): Promise<number> {
  return (await fetchOn(gateway.port, `http://${app}.localhost/api/url`)).status
}
