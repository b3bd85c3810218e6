import { createServer, type RequestListener } from 'node:http'
import { expect, test } from '@jest/globals'
import { fetchOn } from '../../support/http.ts'
import { deadUrl, startServer, startUpstreams, targetsOf } from '../../support/upstreams.ts'

// Which targets take requests: those that answer their health path, and do not fail visitors.

const URL = 'http://acme.localhost/'
const QUICK = {
  path: '/health',
  interval: '20ms',
  timeout: '30s',
  healthyAfter: 2,
  unhealthyAfter: 2,
}

async function answersOf(port: number, count: number): Promise<string> {
  let all = ''
  for (let i = 0; i < count; i++) all += await (await fetchOn(port, URL)).text()
  return all
}

test('a target that answers its health path badly takes no requests until it is well again', async () => {
  let status = 200
  const asked: string[] = []
  const sick: RequestListener = (req, res) => {
    const isAsked = req.url === '/health'
    if (isAsked) asked.push(`${req.headers.host} ${req.headers['user-agent']}`)
    res.writeHead(isAsked ? status : 200).end('a')
  }
  await using own = await startUpstreams([sick, (_req, res) => void res.end('b')], {
    app: { balance: 'round-robin', health: { ...QUICK, host: 'inside.test' } },
  })
  expect(await answersOf(own.port, 4)).toBe('abab')
  status = 500
  await own.line((line) => line['event'] === 'target.unhealthy')
  expect(await answersOf(own.port, 4)).toBe('bbbb')
  expect(targetsOf(own)).toMatchObject([
    { name: own.servers[0]?.url, state: 'unhealthy' },
    { name: own.servers[1]?.url, state: 'up' },
  ])
  status = 302
  await own.line((line) => line['event'] === 'target.healthy')
  expect((await answersOf(own.port, 4)).split('').toSorted().join('')).toBe('aabb')
  expect(new Set(asked)).toEqual(new Set(['inside.test tenantry-health']))
})

test('one bad answer in between is none, where two are asked for', async () => {
  const asked: unknown[] = []
  const flaky: RequestListener = ({ url }, res) => {
    if (url === '/health') asked.push(url)
    res.writeHead(url === '/health' && asked.length % 2 === 0 ? 500 : 200).end()
  }
  await using own = await startUpstreams([flaky], { app: { health: QUICK } })
  while (asked.length < 8) expect((await fetchOn(own.port, URL)).status).toBe(200)
  expect(own.log.filter((line) => line['event'] === 'target.unhealthy')).toEqual([])
})

test('the first answer decides alone; where no target is healthy visitors get 503', async () => {
  await using own = await startUpstreams([(_req, res) => void res.writeHead(500).end()], {
    app: { health: { ...QUICK, interval: '1h', unhealthyAfter: 100 } },
  })
  await own.line((line) => line['event'] === 'target.unhealthy')
  const before = own.servers[0]?.seen.length
  const answer = await fetchOn(own.port, URL, { headers: { accept: 'application/json' } })
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
  expect(await answer.json()).toMatchObject({ error: { code: 'APP_DOWN' } })
  expect(own.servers[0]?.seen).toHaveLength(before ?? 0)
})

test('a target that is silent on its health path is unhealthy when the time is over', async () => {
  await using own = await startUpstreams([() => {}], {
    app: { health: { ...QUICK, timeout: '30ms' } },
  })
  const line = await own.line((each) => each['event'] === 'target.unhealthy')
  expect(line['why']).toBe(`${own.servers[0]?.url}: no answer within 30 ms`)
})

test('a target that fails several requests in a row is ejected for a while, for twice as long each time', async () => {
  const dead = await deadUrl()
  await using own = await startUpstreams([(_req, res) => void res.end('alive')], {
    app: ([alive]) => ({
      balance: 'round-robin',
      targets: [dead, alive],
      ejection: { after: 2, time: '40ms', maxTime: '100ms' },
      retries: { attempts: 0 },
    }),
  })
  const ejections = (): unknown[] =>
    own.log.filter((line) => line['event'] === 'target.ejected').map((line) => line['ms'])
  const statuses: number[] = []
  while (ejections().length < 1) statuses.push((await fetchOn(own.port, URL)).status)
  expect(statuses.filter((status) => status === 502)).toHaveLength(2)
  while (ejections().length < 4) await fetchOn(own.port, URL)
  expect(ejections()).toEqual([40, 80, 100, 100])
})

test('failures that are not in a row eject nothing', async () => {
  let count = 0
  const flaky: RequestListener = (req, res) => {
    if (++count % 3 === 0) res.end('a')
    else req.socket.destroy()
  }
  await using own = await startUpstreams([flaky, (_req, res) => void res.end('b')], {
    app: { balance: 'round-robin', ejection: { after: 3 }, retries: { attempts: 0 } },
  })
  for (let i = 0; i < 24; i++) await fetchOn(own.port, URL)
  expect(own.log.filter((line) => line['event'] === 'target.ejected')).toEqual([])
})

test('the last target is never ejected', async () => {
  const targets = [await deadUrl(), await deadUrl()]
  await using own = await startUpstreams([], {
    app: {
      targets,
      ejection: { after: 1, time: '1h', maxTime: '1h' },
      breaker: { minRequests: 1000 },
    },
  })
  for (let i = 0; i < 10; i++) expect((await fetchOn(own.port, URL)).status).toBe(502)
  expect(own.log.filter((line) => line['event'] === 'target.ejected')).toHaveLength(1)
  const port = Number(targets.map((url) => url.split(':')[2])[0])
  const states = targetsOf(own)?.map(({ state }) => state)
  expect(states?.toSorted()).toEqual(['ejected', 'up'])
  // Even the ejected one is asked where it alone is left to try.
  const index = states?.indexOf('ejected') ?? 0
  const back = await startServer(
    createServer((_req, res) => void res.end('back')),
    { port: index === 0 ? port : Number(targets[1]?.split(':')[2]) },
  )
  try {
    expect(await (await fetchOn(own.port, URL)).text()).toBe('back')
  } finally {
    await back.close()
  }
})

test("what visitors do is not the target's fault", async () => {
  await using own = await startUpstreams(
    [
      (_req, res) => void res.writeHead(500).end('a'),
      (_req, res) => void res.writeHead(500).end('b'),
    ],
    { app: { ejection: { after: 1 }, breaker: { minRequests: 1, share: 0.01 } } },
  )
  for (let i = 0; i < 6; i++) expect((await fetchOn(own.port, URL)).status).toBe(500)
  const targets = targetsOf(own)
  expect(targets?.map(({ state, failures }) => [state, failures])).toEqual([
    ['up', 0],
    ['up', 0],
  ])
})
