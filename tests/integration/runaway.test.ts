import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { fetchOn } from '../support/http.ts'
import { createProject, probeApp, REPO, type Project } from '../support/project.ts'
import { startTenantry, type LogLine, type RunningTenantry } from '../support/tenantry.ts'

// Apps that take more than they should: each is ended or replaced, and its neighbour does not feel it.
let project: Project
let gateway: RunningTenantry

beforeAll(async () => {
  project = await createProject({
    'config/gateway.json': {
      appsRoot: REPO,
      log: { level: 'debug' },
      // Longer than it takes to fill a heap: the tests run at once.
      instances: { unresponsiveAfter: '6s' },
    },
    'config/apps/stuck.json': probeApp(),
    'config/apps/fat.json': probeApp({ memory: { maxRss: 400 } }),
    'config/apps/greedy.json': probeApp({ memory: { maxHeap: 96 } }),
    'config/apps/calm.json': probeApp(),
    ...Object.fromEntries(
      ['stuck', 'fat', 'greedy', 'calm'].map((id) => [
        `config/tenants/${id}.json`,
        { hosts: [`${id}.localhost`] },
      ]),
    ),
  })
  gateway = await startTenantry('start', project.configDir)
  await Promise.all(['stuck', 'fat', 'greedy', 'calm'].map((id) => get(id)))
})

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await project[Symbol.asyncDispose]()
})

test.concurrent('an event loop that does not turn is noticed, and the app comes back', async () => {
  const looping = get('stuck', '/api/loop')
  const died = await gateway.line(isOf('app.died', 'stuck'), 'the end of the stuck app')
  expect(died['reason']).toBe('its event loop was stuck')
  expect((await looping).status).toBe(502)
  expect((await get('stuck')).status).toBe(200)
  expect((await get('calm')).status).toBe(200)
})

test.concurrent('an app with more memory than it may have is replaced, and loses no request', async () => {
  const stream = get('fat', '/api/stream?ticks=60')
  expect((await get('fat', '/api/grow?mb=350')).status).toBe(200)
  await gateway.line(isOf('app.outgrown', 'fat'), 'the app is too big')
  const isNext = (line: LogLine): boolean => line['instance'] === 'fat#2'
  await gateway.line((line) => isOf('app.ready', 'fat')(line) && isNext(line), 'its successor')
  const body = await (await stream).text()
  expect(body.match(/data/g)?.length).toBe(60)
  expect((await get('fat')).status).toBe(200)
  expect(gateway.log.filter(isOf('app.died', 'fat'))).toEqual([])
})

test.concurrent('an app that fills its heap ends alone, and comes back', async () => {
  expect((await get('greedy', '/api/grow')).status).toBe(502)
  const died = await gateway.line(isOf('app.died', 'greedy'), 'the end of the greedy app')
  expect(died['reason']).toBe('signal SIGABRT')
  expect((await get('greedy')).status).toBe(200)
  expect((await get('calm')).status).toBe(200)
})

function get(id: string, path = '/api/url'): Promise<Response> {
  return fetchOn(gateway.port, `http://${id}.localhost${path}`)
}

function isOf(event: string, app: string): (line: LogLine) => boolean {
  return (line) => line['event'] === event && line['app'] === app
}
