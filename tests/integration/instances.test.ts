import type { ServerResponse } from 'node:http'
import { once } from 'node:events'
import { expect, test } from '@jest/globals'
import { fetchOn, open } from '../support/http.ts'
import { startStubbed, type StubbedGateway } from '../support/stub-app.ts'
import type { LogLine } from '../support/tenantry.ts'
import type { Instance, InstanceEnd } from '../../gateway/dist/instances/instance.js'

// Several instances of one app, and what the gateway does when one of them dies or does not start.

const THREE = { 'config/apps/acme.json': { instances: 3 } }

test('a request goes to the instance with the fewest in flight', async () => {
  const held: ServerResponse[] = []
  await using stub = await startStubbed(
    (req, res) => {
      if (req.url === '/stream') held.push(res.writeHead(200))
      if (req.url === '/stream') res.write('begun')
      else res.end('served')
    },
    { files: THREE },
  )
  await stub.event('app.ready', 'acme', () => true, 3)
  const streams = await Promise.all(
    Array.from({ length: 6 }, () => open(stub.port, 'http://acme.localhost/stream')),
  )
  expect(inFlight(stub)).toEqual([2, 2, 2])
  held.slice(0, 2).forEach((res) => res.end())
  await Promise.all(streams.slice(0, 2).map((stream) => once(stream.resume(), 'end')))
  for (let n = 0; n < 2; n++) streams.push(await open(stub.port, 'http://acme.localhost/stream'))
  expect(inFlight(stub)).toEqual([2, 2, 2])
  for (const stream of streams) stream.destroy()
})

test('where one of them dies, the others serve, and another one takes its place', async () => {
  const ends: ((end: InstanceEnd) => void)[] = []
  await using stub = await startStubbed((_req, res) => res.end('served'), {
    files: THREE,
    instance: (_, instance) => mortal(instance, (end) => ends.push(end)),
  })
  await stub.event('app.ready', 'acme', () => true, 3)
  ends[1]?.({ expected: false, reason: 'signal SIGKILL' })
  const asked = await Promise.all(Array.from({ length: 50 }, () => status(stub)))
  expect(new Set(asked)).toEqual(new Set([200]))
  await stub.event('app.ready', 'acme', () => true, 4)
  const [app] = stub.gateway.status().apps
  expect(app?.instances.map(({ name }) => name)).toEqual(['acme#1', 'acme#3', 'acme#4'])
  expect([app?.deaths, app?.state]).toEqual([1, 'ready'])
})

test('an app that fails again and again is tried only now and then, and the reason is told to operators alone', async () => {
  let isFixed = false
  await using stub = await startStubbed((_req, res) => res.end('served'), {
    gateway: { instances: { restartDelay: '1ms', maxRestartDelay: '1h', maxFailures: 4 } },
    instance: (_, instance) => {
      if (isFixed) return instance
      throw new Error('the database has no password')
    },
  })
  await stub.event('app.broken', 'acme')
  const answer = await fetchOn(stub.port, 'http://acme.localhost/')
  expect(answer.status).toBe(503)
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(3000)
  expect(await answer.text()).not.toContain('database')
  const failures = (line: LogLine): boolean => line['event'] === 'app.failed'
  expect(stub.log.filter(failures)).toHaveLength(4)
  const [app] = stub.gateway.status().apps
  expect([app?.state, app?.failure]).toEqual(['broken', 'the database has no password'])
  expect(app?.transitions).toMatchObject({ 'starting > down': 3, 'starting > broken': 1 })
  isFixed = true
  // A change of its config is a reason to try at once.
  await stub.project.write('config/apps/acme.json', { env: { PASSWORD: 'x' } })
  await stub.gateway.reload()
  await stub.event('app.ready', 'acme')
  expect(await status(stub)).toBe(200)
  expect(stub.gateway.status().apps[0]?.failure).toBe(undefined)
})

test('where one of the new instances does not come up, none of them takes over', async () => {
  const closed: string[] = []
  await using stub = await startStubbed((_req, res) => res.end('served'), {
    files: THREE,
    instance: (n, instance) => {
      if (n === 5) throw new Error('no memory')
      return {
        ...instance,
        close: async (timeout) => {
          closed.push(instance.name)
          await instance.close(timeout)
        },
      }
    },
  })
  await stub.event('app.ready', 'acme', () => true, 3)
  await stub.project.write('config/apps/acme.json', { instances: 3, env: { A: 'b' } })
  await stub.gateway.reload()
  await stub.event('app.failed', 'acme')
  expect(await status(stub)).toBe(200)
  const [app] = stub.gateway.status().apps
  expect([app?.state, app?.failure]).toEqual(['ready', 'no memory'])
  expect(app?.instances.filter(({ isDraining }) => !isDraining).map(({ name }) => name)).toEqual([
    'acme#1',
    'acme#2',
    'acme#3',
  ])
  expect(closed.toSorted()).toEqual(['acme#4', 'acme#6'])
})

function inFlight(stub: StubbedGateway): unknown {
  return stub.gateway.status().apps[0]?.instances.map((instance) => instance.inFlight)
}

async function status(stub: StubbedGateway): Promise<number> {
  const answer = await fetchOn(stub.port, 'http://acme.localhost/')
  await answer.text()
  return answer.status
}

function mortal(instance: Instance, born: (end: (end: InstanceEnd) => void) => void): Instance {
  return { ...instance, ended: new Promise((resolve) => born(resolve)) }
}
