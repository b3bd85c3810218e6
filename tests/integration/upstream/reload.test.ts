import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { connectRaw, fetchOn, open } from '../../support/http.ts'
import {
  appFile,
  deadUrl,
  startServer,
  startUpstreams,
  type UpstreamGateway,
} from '../../support/upstreams.ts'

// Targets that change while visitors come.

const URL = 'http://acme.localhost/'
const named =
  (name: string): RequestListener =>
  (_req, res) =>
    void setImmediate(() => res.end(name))

async function change(
  own: UpstreamGateway,
  urls: readonly string[],
  keys: object = {},
): Promise<boolean> {
  await own.project.write('config/apps/api.json', appFile(urls, keys))
  return own.gateway.reload()
}

test('no request is lost while targets change under load', async () => {
  await using second = await startServer(createServer(named('b')))
  await using own = await startUpstreams([named('a')])
  const [first] = own.servers
  const answers: string[] = []
  const over = new AbortController()
  const visitors = Array.from({ length: 8 }, async () => {
    while (!over.signal.aborted) {
      const answer = await fetchOn(own.port, URL)
      answers.push(`${answer.status} ${await answer.text()}`)
    }
  })
  for (let round = 0; round < 6; round++) {
    const urls = round % 2 === 0 ? [second.url] : [first?.url ?? '', second.url]
    expect(await change(own, urls)).toBe(true)
    const before = answers.length
    while (answers.length < before + 40) await new Promise(setImmediate)
  }
  over.abort()
  await Promise.all(visitors)
  expect(new Set(answers)).toEqual(new Set(['200 a', '200 b']))
  expect(own.log.filter((line) => line['event'] === 'app.replaced')).toHaveLength(6)
  expect(
    own.gateway.status().apps[0]?.instances.filter(({ isDraining }) => !isDraining),
  ).toHaveLength(1)
})

test('what is in flight over a target that is gone ends there; its sockets close', async () => {
  await using second = await startServer(createServer(named('b')))
  let finish = (): void => {}
  await using own = await startUpstreams([
    (_req, res) => {
      res.write('begun')
      finish = () => res.end(' and ended')
    },
  ])
  const [first] = own.servers
  const answer = await open(own.port, URL)
  await change(own, [second.url])
  expect(await (await fetchOn(own.port, URL)).text()).toBe('b')
  finish()
  expect(String(await answer.toArray())).toBe('begun, and ended')
  for (const socket of first?.sockets ?? []) await once(socket, 'close')
  expect(first?.sockets.size).toBe(0)
})

test('a WebSocket over a target that is gone is closed when the time to drain is over', async () => {
  await using own = await startUpstreams([named('a')], {
    gateway: { instances: { drainTimeout: '50ms' } },
  })
  const [server] = own.servers
  const upgraded = once(server?.server ?? process, 'upgrade') as Promise<[unknown, Socket]>
  const socket = await connectRaw(own.port)
  socket.write(
    'GET / HTTP/1.1\r\nHost: acme.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  )
  const [, inner] = await upgraded
  inner.write(
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  )
  inner.resume().on('error', () => {})
  await once(socket, 'data')
  const closed = Promise.all([once(socket.resume(), 'close'), once(inner, 'end')])
  await change(own, [server?.url ?? ''], { maxConnections: 7 })
  await closed
  expect(socket.bytesRead).toBeLessThan(200)
})

test('with a health path, targets that do not answer never take over', async () => {
  const dead = await deadUrl()
  const health = { path: '/health', interval: '1h', timeout: '30s' }
  await using own = await startUpstreams([named('a')], { app: { health } })
  expect(await change(own, [dead], { health })).toBe(true)
  const { err } = await own.line((line) => line['event'] === 'app.failed')
  expect((err as Error).message).toContain(`no target answers /health as it should: ${dead}: `)
  expect(await (await fetchOn(own.port, URL)).text()).toBe('a')
  expect(await change(own, [dead, own.servers[0]?.url ?? ''], { health })).toBe(true)
  await own.line((line) => line['event'] === 'app.replaced')
  expect(await (await fetchOn(own.port, URL)).text()).toBe('a')
})

test('a config that did not change keeps its instance, and what it knows of its targets', async () => {
  await using own = await startUpstreams([named('a')])
  await change(
    own,
    own.servers.map(({ url }) => url),
  )
  expect(await (await fetchOn(own.port, URL)).text()).toBe('a')
  expect(own.log.filter((line) => line['event'] === 'app.ready')).toHaveLength(1)
})

test('the gateway closes with a request in flight, and leaves no socket', async () => {
  const own = await startUpstreams([(_req, res) => void res.write('begun')], {
    app: { health: { path: '/', interval: '10ms', timeout: '30s' } },
    gateway: { shutdownTimeout: '100ms' },
  })
  const [server] = own.servers
  const answer = await open(own.port, URL)
  const [[error]] = await Promise.all([once(answer.resume(), 'error'), own.gateway.close()])
  expect((error as NodeJS.ErrnoException).code).toBe('ECONNRESET')
  for (const socket of server?.sockets ?? []) await once(socket, 'close')
  await own[Symbol.asyncDispose]()
})
