import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { fetchOn, open } from '../support/http.ts'
import { createProject, probeApp, REPO, type Project } from '../support/project.ts'
import { startTenantry, type LogLine, type RunningTenantry } from '../support/tenantry.ts'

let project: Project
let gateway: RunningTenantry

beforeAll(async () => {
  project = await createProject({
    'config/gateway.json': {
      appsRoot: REPO,
      instances: { restartDelay: '5s', maxRestartDelay: '5s' },
    },
    'config/apps/frail.json': probeApp(),
    'config/apps/other.json': probeApp(),
    'config/tenants/frail.json': { hosts: ['frail.localhost'] },
    'config/tenants/other.json': { hosts: ['other.localhost'] },
  })
  gateway = await startTenantry('start', project.configDir)
  await Promise.all([get('frail'), get('other')])
})

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await project[Symbol.asyncDispose]()
})

test('a child that dies in mid-response resets the connection, and comes back', async () => {
  const answer = await open(gateway.port, 'http://frail.localhost/api/stream?ticks=50&die=3')
  answer.resume()
  const [error] = (await once(answer, 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ECONNRESET')
  expect(answer.complete).toBe(false)
  await gateway.line(isDeath, 'the death of the app')
  expect((await get('frail')).status).toBe(200)
})

test('while it is down visitors get 503 with Retry-After, and other tenants feel nothing', async () => {
  const died = await fetchOn(gateway.port, 'http://frail.localhost/api/exit')
  expect(died.status).toBe(502)
  await gateway.line((line) => isDeath(line) && line['reason'] === 'exit code 7', 'exit code 7')
  const [refused, other] = await Promise.all([get('frail'), get('other')])
  expect(refused.status).toBe(503)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
  expect(other.status).toBe(200)
  const again = await gateway.line(
    (line) => line['event'] === 'app.ready' && line['instance'] === 'frail#3',
    'the third instance',
  )
  expect(again['app']).toBe('frail')
  expect((await get('frail')).status).toBe(200)
})

function get(app: string): Promise<Response> {
  return fetchOn(gateway.port, `http://${app}.localhost/api/url`)
}

function isDeath(line: LogLine): boolean {
  return line['event'] === 'app.died' && line['app'] === 'frail'
}
