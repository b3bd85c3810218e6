import { once } from 'node:events'
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { fetchOn } from '../../support/http.ts'
import { deadUrl, startServer, startUpstreams, targetsOf } from '../../support/upstreams.ts'

// What is tried again, how often, and when a target is left alone.

const URL = 'http://acme.localhost/'
const NEVER = { ejection: { after: 1000 }, breaker: { minRequests: 1_000_000 } }

const alive: RequestListener = (req, res) => {
  req.resume().once('end', () => res.end('alive'))
}
const resets: RequestListener = (req) => void req.socket.resetAndDestroy()

test.each(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])(
  '%s is tried on another target where one resets it',
  async (method) => {
    await using own = await startUpstreams([resets, alive], {
      app: { balance: 'round-robin', ...NEVER },
    })
    for (let i = 0; i < 4; i++) expect((await fetchOn(own.port, URL, { method })).status).toBe(200)
    expect(own.servers.map(({ seen }) => seen.length > 0)).toEqual([true, true])
    const { target } = await own.line((line) => line['event'] === 'request')
    expect(target).toBe(own.servers[1]?.url)
  },
)

test.each(['POST', 'PATCH', 'LOCK'])('%s is not: it may have been carried out', async (method) => {
  await using own = await startUpstreams([resets, alive], {
    app: { balance: 'round-robin', ...NEVER },
  })
  const statuses: number[] = []
  for (let i = 0; i < 4; i++) statuses.push((await fetchOn(own.port, URL, { method })).status)
  expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 200, 502, 502])
})

test('a body goes to the next target where nothing of it was sent, and only there', async () => {
  const bodies: string[] = []
  const echo: RequestListener = (req, res) => {
    let body = ''
    req.on('data', (chunk) => (body += String(chunk)))
    req.on('end', () => {
      bodies.push(body)
      res.end()
    })
  }
  const dead = await deadUrl()
  await using own = await startUpstreams([echo], {
    app: ([url]) => ({ balance: 'round-robin', targets: [dead, url], ...NEVER }),
  })
  const put = { method: 'PUT', body: 'x'.repeat(200_000) }
  for (let i = 0; i < 4; i++) expect((await fetchOn(own.port, URL, put)).status).toBe(200)
  expect(bodies.map(({ length }) => length)).toEqual([200_000, 200_000, 200_000, 200_000])

  await using sent = await startUpstreams([resets, alive], {
    app: { balance: 'round-robin', ...NEVER },
  })
  const statuses: number[] = []
  for (let i = 0; i < 4; i++) statuses.push((await fetchOn(sent.port, URL, put)).status)
  expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 200, 502, 502])
})

test('an answer that has begun is never asked for again', async () => {
  let asked = 0
  const half: RequestListener = (_req, res) => {
    asked++
    res.writeHead(200, { 'content-length': 100 })
    res.write('half', () => res.destroy())
  }
  await using own = await startUpstreams([half, half], { app: NEVER })
  await expect(fetchOn(own.port, URL)).rejects.toMatchObject({ code: 'ECONNRESET' })
  expect(asked).toBe(1)
  const line = await own.line((each) => each['event'] === 'request')
  expect(line).toMatchObject({ status: 200, aborted: true, target: expect.any(String) })
  expect((line['err'] as Error).message).toMatch(
    /^http:\/\/127.*: (?:aborted|the answer broke off|socket hang up|read ECONNRESET)$/,
  )
})

test('no more than attempts are made, each on another target', async () => {
  await using own = await startUpstreams([resets, resets, resets, resets], {
    app: { retries: { attempts: 2 }, ...NEVER },
  })
  expect((await fetchOn(own.port, URL)).status).toBe(502)
  const asked = own.servers.map(({ seen }) => seen.length)
  expect(asked.toSorted((a, b) => a - b)).toEqual([0, 1, 1, 1])
})

test('one target alone is not asked twice', async () => {
  await using own = await startUpstreams([resets], { app: NEVER })
  expect((await fetchOn(own.port, URL)).status).toBe(502)
  expect(own.servers[0]?.seen).toHaveLength(1)
})

test('the budget: of many requests a tenth is tried again and a few more, of few all', async () => {
  const startedAt = performance.now()
  await using own = await startUpstreams([resets, resets], { app: NEVER })
  const asked = (): number => own.servers.reduce((sum, { seen }) => sum + seen.length, 0)
  for (let i = 0; i < 3; i++) await fetchOn(own.port, URL)
  expect(asked()).toBe(6)
  for (let i = 0; i < 297; i++) await fetchOn(own.port, URL)
  const seconds = Math.ceil((performance.now() - startedAt) / 1000)
  expect(asked()).toBeGreaterThanOrEqual(300 + 30)
  expect(asked()).toBeLessThanOrEqual(300 + 30 + 5 + seconds)
})

test('a budget of nothing', async () => {
  await using own = await startUpstreams([resets, resets], {
    app: { retries: { budget: 0 }, ...NEVER },
  })
  for (let i = 0; i < 3; i++) await fetchOn(own.port, URL)
  expect(own.servers.reduce((sum, { seen }) => sum + seen.length, 0)).toBe(3)
})

/** Answers the first request of a connection, and closes it under the next one. */
function closesKept(): RequestListener {
  const used = new Set<Socket>()
  return (req, res) => {
    if (used.has(req.socket)) req.socket.destroy()
    else req.resume().once('end', () => res.end('answered'))
    used.add(req.socket)
  }
}

test.each(['GET', 'DELETE'])(
  'a kept connection that closes under a %s: the same target is asked again, and not blamed',
  async (method) => {
    await using own = await startUpstreams([closesKept()], {
      app: { retries: { attempts: 1 }, ...NEVER },
    })
    for (let i = 0; i < 2; i++) expect((await fetchOn(own.port, URL, { method })).status).toBe(200)
    expect(own.servers[0]?.seen).toHaveLength(3)
    expect(targetsOf(own)).toMatchObject([{ failures: 0 }])
  },
)

test('the same under a POST: 502, and the target is not blamed', async () => {
  await using own = await startUpstreams([closesKept()], { app: NEVER })
  const post = { method: 'POST', body: 'x' }
  expect((await fetchOn(own.port, URL, post)).status).toBe(200)
  expect((await fetchOn(own.port, URL, post)).status).toBe(502)
  expect(own.servers[0]?.seen).toHaveLength(2)
  expect(targetsOf(own)).toMatchObject([{ failures: 0 }])
})

test.each([
  ['no attempts', { attempts: 0 }],
  ['no budget', { budget: 0 }],
])(
  'with %s, nothing is sent twice, not even where a kept connection closes',
  async (_what, retries) => {
    await using own = await startUpstreams([closesKept()], { app: { retries, ...NEVER } })
    expect((await fetchOn(own.port, `${URL}1`)).status).toBe(200)
    expect((await fetchOn(own.port, `${URL}2`)).status).toBe(502)
    expect(own.servers[0]?.seen).toEqual(['GET /1', 'GET /2'])
  },
)

test('a target whose kept connections close again and again is blamed', async () => {
  const held: ServerResponse[] = []
  await using own = await startUpstreams(
    [(req, res) => (held.length < 2 ? void held.push(res) : req.socket.destroy())],
    { app: NEVER },
  )
  const both = [fetchOn(own.port, `${URL}1`), fetchOn(own.port, `${URL}2`)]
  const [server] = own.servers
  while (held.length < 2) await once(server?.server as Server, 'request')
  for (const res of held) res.end()
  for (const answer of await Promise.all(both)) expect(answer.status).toBe(200)
  expect((await fetchOn(own.port, URL)).status).toBe(502)
  expect(server?.seen).toHaveLength(4)
  expect(targetsOf(own)).toMatchObject([{ failures: 1 }])
})

test('a target that was started again: each request has one failure behind it at most', async () => {
  const old = new Set<Socket>()
  const held: ServerResponse[] = []
  await using own = await startUpstreams([
    (req, res) => {
      if (old.has(req.socket)) req.socket.resetAndDestroy()
      else if (held.length < 8) held.push(res)
      else res.end('new')
    },
  ])
  const [server] = own.servers
  const first = Array.from({ length: 8 }, (_, i) => fetchOn(own.port, `${URL}${i}`))
  while (held.length < 8) await once(server?.server as Server, 'request')
  for (const socket of server?.sockets ?? []) old.add(socket)
  for (const res of held) res.end('old')
  for (const answer of await Promise.all(first)) expect(await answer.text()).toBe('old')
  for (let i = 0; i < 8; i++) {
    const answer = await fetchOn(own.port, `${URL}again/${i}`)
    expect([answer.status, await answer.text()]).toEqual([200, 'new'])
  }
  expect(targetsOf(own)).toMatchObject([{ failures: 0 }])
})

const BREAKER = { minRequests: 4, share: 0.5, window: '1h' }

test('the breaker: a target that mostly fails is left alone', async () => {
  const targets = [await deadUrl()]
  await using own = await startUpstreams([], {
    app: { targets, breaker: { ...BREAKER, openFor: '1h' } },
  })
  const statuses: number[] = []
  for (let i = 0; i < 6; i++) statuses.push((await fetchOn(own.port, URL)).status)
  expect(statuses).toEqual([502, 502, 502, 502, 503, 503])
  const refused = await fetchOn(own.port, URL)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3500)
  expect(targetsOf(own)).toMatchObject([{ state: 'open' }])
})

test('the breaker: a target that was left alone is tried once, and taken back', async () => {
  const url = await deadUrl()
  await using own = await startUpstreams([], {
    app: { targets: [url], breaker: { ...BREAKER, openFor: '200ms' } },
  })
  for (let i = 0; i < 4; i++) expect((await fetchOn(own.port, URL)).status).toBe(502)
  // Time goes by: one request tries the target, and finds it as it was.
  while ((await fetchOn(own.port, URL)).status === 503);
  expect(own.log.filter((line) => line['event'] === 'target.open')).toHaveLength(2)
  const back = await startServer(createServer(alive), { port: Number(url.split(':')[2]) })
  try {
    while ((await fetchOn(own.port, URL)).status === 503);
    expect(own.log.filter((line) => line['event'] === 'target.closed')).toHaveLength(1)
    for (let i = 0; i < 4; i++) expect((await fetchOn(own.port, URL)).status).toBe(200)
  } finally {
    await back.close()
  }
})
