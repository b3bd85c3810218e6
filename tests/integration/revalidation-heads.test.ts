import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, ServerResponse, type OutgoingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ConnectionPool } from '../../gateway/dist/instances/forward/connection-pool.js'
import { forwardRequest } from '../../gateway/dist/instances/forward/request.js'
import type { Instance } from '../../gateway/dist/instances/instance.js'
import { startProcess } from '../../gateway/dist/instances/process.js'
import type { Revalidation } from '../../gateway/dist/instances/revalidation.js'
import { Watchdog } from '../../gateway/dist/instances/watchdog.js'
import { LiveConfig } from '../../gateway/dist/live-config.js'
import { createLogger } from '../../gateway/dist/telemetry/logger.js'
import { KINDS, sendTo, siteProject, textOf, type Send } from '../support/revalidating.ts'

// A message of the child process may come too late: what a request revalidates is in the head of its answer as well.

describe('the head that a child process sends', () => {
  let child: Child

  beforeAll(async () => {
    child = await startChild()
  }, 90_000)

  afterAll(async () => {
    await child[Symbol.asyncDispose]()
  })

  test.each(KINDS)('$name: names the tags', async ({ ask, tags }) => {
    const { headers } = await finished(await ask(child.send))
    const named = String(headers['x-tenantry-revalidated']).split(',').map(decodeURIComponent)
    expect(named).toEqual(expect.arrayContaining([...tags]))
  })

  test('names everything where the tags are too long for it', async () => {
    const answer = await child.send('/api/revalidate?many=600', { method: 'POST' })
    expect((await finished(answer)).headers['x-tenantry-revalidated']).toBe('*')
  })

  test('names nothing where nothing was revalidated, nor what the answer is made from', async () => {
    for (const path of ['/static', '/isr', '/items/new', '/news/new', '/act', '/api/fixed']) {
      const { headers } = await finished(await child.send(path))
      expect(Object.keys(headers).filter((name) => name.startsWith('x-tenantry'))).toEqual([])
    }
  })
})

describe('what an answer’s head names', () => {
  test.each([
    ['shop', { tags: ['shop'] }],
    ['a%2Cb,_N_T_%2F', { tags: ['a,b', '_N_T_/'] }],
    ['%E0%A4%A', { tags: ['%E0%A4%A'] }],
    ['*', {}],
    ['shop,*', {}],
  ])('%j is told before the head goes on', async (value, told) => {
    const { events, headers } = await forwarded({ 'x-tenantry-revalidated': value })
    expect(events).toEqual([told, 'head'])
    expect(headers['x-tenantry-revalidated']).toBeUndefined()
  })

  test('internal headers go no further, but to the cache where it asked', async () => {
    const sent = {
      'X-Tenantry-Tags': 'a',
      'x-tenantry-age': '1',
      'x-tenantry-more': 'b',
      'x-own': 'c',
    }
    const passed = await forwarded(sent)
    expect(passed.headers).toMatchObject({ 'x-own': 'c' })
    expect(Object.keys(passed.headers).filter((name) => name.startsWith('x-tenantry'))).toEqual([])
    const kept = await forwarded(sent, { 'x-tenantry-fill': '1' })
    expect(kept.headers).toMatchObject({ 'x-tenantry-tags': 'a', 'x-tenantry-age': '1' })
  })
})

interface Child extends AsyncDisposable {
  /** Asks over the child's own socket. */
  readonly send: Send
  readonly instance: Instance
}

async function startChild(): Promise<Child> {
  const { project, folder } = await siteProject('process')
  const options = {
    configDir: project.configDir,
    mode: 'production',
    requireReleases: true,
  } as const
  const live = await LiveConfig.load(options)
  const [app] = live.current.config.apps.values()
  if (app?.kind !== 'next') throw new Error('there is no app')
  const socketFolder = await mkdtemp(join(tmpdir(), 'tenantry-'))
  const watchdog = new Watchdog(socketFolder)
  const parts = {
    app,
    generation: 1,
    socketFolder,
    env: process.env,
    port: 0,
    maxHeaderSize: 16_384,
    unresponsiveAfter: 60_000,
    watchdog,
    revalidated: () => {},
    logger: createLogger({ level: 'silent', format: 'json' }),
  }
  const instance = await startProcess(parts, new AbortController().signal)
  return {
    instance,
    send: sendTo({ socketPath: join(socketFolder, 'site-1.sock') }),
    async [Symbol.asyncDispose]() {
      await instance.close(1000)
      watchdog.close()
      await project[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function finished(
  answer: Awaited<ReturnType<Send>>,
): Promise<{ headers: typeof answer.headers }> {
  // One of them streams for ever.
  if (answer.headers['content-length'] === undefined) answer.destroy()
  else await textOf(answer)
  return answer
}

interface Forwarded {
  /** What was told, and `head`, in order. */
  readonly events: readonly (Revalidation | 'head')[]
  readonly headers: OutgoingHttpHeaders
}

/** Forwards one request to an app whose answer has the headers. */
async function forwarded(
  answered: OutgoingHttpHeaders,
  asked: Record<string, string> = {},
): Promise<Forwarded> {
  const folder = await mkdtemp(join(tmpdir(), 'tenantry-heads-'))
  const socketPath = join(folder, 'app.sock')
  const connections = new ConnectionPool({ endpoint: { socketPath } })
  const events: (Revalidation | 'head')[] = []
  class Logged extends ServerResponse {
    override writeHead(...args: unknown[]): this {
      events.push('head')
      return super.writeHead(...(args as [number]))
    }
  }
  const app = createServer((_, res) => res.writeHead(200, answered).end())
  const front = createServer({ ServerResponse: Logged }, (req, res) => {
    const revalidated = (what: Revalidation): unknown => events.push(what)
    const target = { socketPath, connections, revalidated }
    forwardRequest(req, res, target, { id: 'asked', fail: () => res.destroy() })
  })
  try {
    await once(app.listen(socketPath), 'listening')
    await once(front.listen(0, '127.0.0.1'), 'listening')
    const send = sendTo({ port: (front.address() as AddressInfo).port })
    const { headers } = await finished(await send('/', { headers: asked }))
    return { events, headers }
  } finally {
    app.close()
    front.close()
    connections.destroy()
    await rm(folder, { recursive: true, force: true })
  }
}
