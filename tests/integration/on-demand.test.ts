import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, test } from '@jest/globals'
import { fetchOn, open } from '../support/http.ts'
import { startStubbed, type StubbedGateway } from '../support/stub-app.ts'
import type { LogLine } from '../support/tenantry.ts'
import type { Instance } from '../../gateway/dist/instances/instance.js'

const lazy = { start: 'lazy' }

// Apps that start when they are asked for and stop when nobody asks.

test('100 requests at once to a sleeping app start it once, and all are answered', async () => {
  const starts: string[] = []
  let wake = (): void => {}
  const awake = new Promise<void>((resolve) => (wake = resolve))
  await using stub = await startStubbed((_req, res) => res.end('served'), {
    files: { 'config/apps/acme.json': { start: 'lazy' } },
    instance: async (_, instance) => {
      starts.push(instance.name)
      await awake
      return instance
    },
  })
  const asked = Array.from({ length: 100 }, () => text(stub, 'acme'))
  await stub.event('app.state', 'acme', to('starting'))
  wake()
  expect(new Set(await Promise.all(asked))).toEqual(new Set(['200 served']))
  expect(starts).toEqual(['acme#1'])
})

test('an app that takes too long to start is given up: 504', async () => {
  await using stub = await startStubbed((_req, res) => res.end('served'), {
    gateway: { instances: { startTimeout: '50ms' } },
    files: app('late'),
    instance: (_, instance, signal) =>
      instance.name.startsWith('late')
        ? new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(new Error('given up')))
          })
        : instance,
  })
  const asked = await Promise.all([text(stub, 'late'), text(stub, 'late')])
  expect(asked.map((answer) => answer.slice(0, 3))).toEqual(['504', '504'])
})

test('more requests than may wait for a start get 503 with Retry-After', async () => {
  let wake = (): void => {}
  const awake = new Promise<void>((resolve) => (wake = resolve))
  await using stub = await startStubbed((_req, res) => res.end('served'), {
    gateway: { instances: { maxQueue: 5 } },
    files: app('late'),
    instance: async (_, instance) => {
      if (instance.name.startsWith('late')) await awake
      return instance
    },
  })
  let refused = 0
  const ask = async (): Promise<Response> => {
    const answer = await fetchOn(stub.port, 'http://late.localhost/')
    if (answer.status === 503 && ++refused === 3) wake()
    return answer
  }
  const answers = await Promise.all(Array.from({ length: 8 }, ask))
  const said = answers.map(({ status, headers }) => `${status} ${headers.get('retry-after')}`)
  expect(said.toSorted()).toEqual([
    ...Array.from({ length: 5 }, () => '200 null'),
    ...Array.from({ length: 3 }, () => '503 1'),
  ])
})

test('a lazy app sleeps until it is asked for, an eager one does not', async () => {
  await using stub = await startStubbed((_req, res) => res.end('served'), {
    files: { ...app('late', { start: 'lazy' }), ...app('early', { start: 'eager' }) },
  })
  await stub.event('app.ready', 'early')
  expect(statesOf(stub, 'late')).toEqual([])
  expect(await text(stub, 'late')).toBe('200 served')
  expect(statesOf(stub, 'late')).toEqual(['starting', 'ready'])
})

test('an idle app is stopped and started again, and one with a stream is not', async () => {
  const streams: ServerResponse[] = []
  const idle = { idle: { stopAfter: '40ms' } }
  await using stub = await startStubbed(
    (req, res) => {
      if (req.url === '/stream') streams.push(res)
      answer(req, res)
    },
    { files: { ...app('busy', idle), ...app('quiet', idle) } },
  )
  const stream = await open(stub.port, 'http://busy.localhost/stream')
  for (let turn = 1; turn <= 3; turn++) {
    expect(await text(stub, 'quiet')).toBe('200 served')
    await stub.event('app.state', 'quiet', to('stopped'), turn)
  }
  expect(statesOf(stub, 'busy')).toEqual(['starting', 'ready'])
  streams.forEach((res) => res.end())
  await once(stream.resume(), 'end')
  await stub.event('app.state', 'busy', to('stopped'))
  expect(await text(stub, 'busy')).toBe('200 served')
})

test('no more than maxRunning apps run at once: the one that was idle longest goes first', async () => {
  const running = new Set<string>()
  let most = 0
  await using stub = await startStubbed((_req, res) => res.end('served'), {
    gateway: { instances: { maxRunning: 2 } },
    files: { ...app('a'), ...app('b'), ...app('c'), ...app('d') },
    instance: (_, instance) => {
      running.add(instance.name)
      most = Math.max(most, running.size)
      return closing(instance, () => running.delete(instance.name))
    },
  })
  for (const name of 'abac') expect(await text(stub, name)).toBe('200 served')
  expect(statesOf(stub, 'b').at(-1)).toBe('stopped')
  expect(statesOf(stub, 'a').at(-1)).toBe('ready')
  const asked = Array.from({ length: 200 }, (_, i) => text(stub, 'abcd'[(i * 7) % 4] ?? 'a'))
  expect(new Set(await Promise.all(asked))).toEqual(new Set(['200 served']))
  expect(most).toBe(2)
})

test('where all of them are busy, a request waits for the first that is not', async () => {
  const streams = new Map<string, ServerResponse>()
  await using stub = await startStubbed(
    (req, res) => {
      if (req.url === '/stream') streams.set(String(req.headers['x-tenant-id']), res)
      answer(req, res)
    },
    {
      gateway: { instances: { maxRunning: 2 } },
      files: { ...app('a', lazy), ...app('b', lazy), ...app('c', lazy) },
    },
  )
  const held = await Promise.all(
    ['a', 'b'].map((name) => open(stub.port, `http://${name}.localhost/stream`)),
  )
  const waiting = text(stub, 'c')
  await stub.event('app.state', 'c', to('starting'))
  expect(statesOf(stub, 'a')).toEqual(['starting', 'ready'])
  streams.get('b')?.end()
  expect(await waiting).toBe('200 served')
  expect(statesOf(stub, 'b').at(-1)).toBe('stopped')
  expect(statesOf(stub, 'a').at(-1)).toBe('ready')
  for (const stream of held) stream.destroy()
})

test('an app that becomes an upstream gives its place back, and takes one where it becomes an app again', async () => {
  const streams: ServerResponse[] = []
  await using stub = await startStubbed(
    (req, res) => {
      if (req.url === '/stream') streams.push(res)
      answer(req, res)
    },
    {
      gateway: { instances: { maxRunning: 1, startTimeout: '1s' } },
      files: { ...app('a'), ...app('b') },
    },
  )
  const become = async (config: object): Promise<void> => {
    await stub.project.write('config/apps/a.json', config)
    await stub.gateway.reload()
  }
  expect(await text(stub, 'a')).toBe('200 served')
  await become({ kind: 'upstream', targets: ['http://127.0.0.1:1'] })
  const stream = await open(stub.port, 'http://b.localhost/stream')
  expect(await text(stub, 'a')).toBe('200 served')
  expect(statesOf(stub, 'a')).toEqual(['starting', 'ready'])
  // The one place is taken: what is there goes on.
  await become(lazy)
  await stub.event('app.failed', 'a')
  expect(await text(stub, 'a')).toBe('200 served')
  expect(statesOf(stub, 'b')).toEqual(['starting', 'ready'])
  streams.forEach((res) => res.end())
  await once(stream.resume(), 'end')
  await become({ ...lazy, env: { AGAIN: 'yes' } })
  await stub.event('app.replaced', 'a', () => true, 2)
  expect(statesOf(stub, 'b').at(-1)).toBe('stopped')
  expect(await text(stub, 'b')).toBe('200 served')
  expect(statesOf(stub, 'a').at(-1)).toBe('stopped')
})

test('a change of start and idle restarts nothing', async () => {
  await using stub = await startStubbed((_req, res) => res.end('served'), {
    files: app('one', { start: 'lazy' }),
  })
  expect(await text(stub, 'one')).toBe('200 served')
  await stub.project.write('config/apps/one.json', { start: 'lazy', idle: { stopAfter: '40ms' } })
  expect(await stub.gateway.reload()).toBe(true)
  await stub.event('app.state', 'one', to('stopped'))
  expect(
    stub.log.filter((line) => line['event'] === 'app.ready' && line['app'] === 'one').length,
  ).toBe(1)
})

/** Begins a stream, or ends at once. */
function answer(req: IncomingMessage, res: ServerResponse): void {
  if (req.url === '/stream') res.write('begun')
  else res.end('served')
}

/** An app that serves the tenant of its name. */
function app(id: string, config: object = lazy): Record<string, object | string> {
  return {
    [`apps/${id}/package.json`]: {},
    [`config/apps/${id}.json`]: config,
    [`config/tenants/${id}.json`]: { hosts: [`${id}.localhost`] },
  }
}

async function text(stub: StubbedGateway, tenant: string): Promise<string> {
  const answer = await fetchOn(stub.port, `http://${tenant}.localhost/`)
  return `${answer.status} ${await answer.text()}`
}

function to(state: string): (line: LogLine) => boolean {
  return (line) => line['to'] === state
}

function statesOf(stub: StubbedGateway, id: string): unknown[] {
  return stub.log
    .filter((line) => line['event'] === 'app.state' && line['app'] === id)
    .map((line) => line['to'])
}

function closing(instance: Instance, then: () => void): Instance {
  return {
    ...instance,
    async close(timeout) {
      await instance.close(timeout)
      then()
    },
  }
}
