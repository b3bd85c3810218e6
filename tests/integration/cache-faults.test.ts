import type { ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { describe, expect, test } from '@jest/globals'
import { get, PAGE, requests, settled, text, until } from '../support/cache.ts'
import { startStubbed } from '../support/stub-app.ts'
import { startServer, startUpstreams } from '../support/upstreams.ts'

// What the shared cache does where the app is late, fails, or changes its mind: limits hold as they do without it.

const LATE = { limits: { tenant: { responseTimeout: '4s' } } }

describe('an app that is late', () => {
  test.concurrent('responseTimeout holds for what is asked for many, and the app is told', async () => {
    const waiting: ServerResponse[] = []
    await using stub = await startStubbed((_, res) => void waiting.push(res), { gateway: LATE })
    expect((await get(stub)).status).toBe(504)
    await until(() => waiting[0]?.destroyed === true)
    await until(() => requests(stub).length === 1)
    expect(requests(stub)[0]).toMatchObject({
      status: 504,
      served: 'acme#1',
      cache: 'miss',
      limit: 'responseTimeout',
    })
  })

  test.concurrent('those who wait for the same go on by themselves when their time is over', async () => {
    const waiting: ServerResponse[] = []
    const gateway = { ...LATE, cache: { waitTimeout: '5s' } }
    await using stub = await startStubbed(
      (_, res) => {
        if (waiting.push(res) > 1) res.writeHead(200, { 'cache-control': 'no-store' }).end('own')
      },
      { gateway },
    )
    const first = get(stub)
    await until(() => waiting.length === 1)
    const second = text(stub)
    expect((await first).status).toBe(504)
    expect(await second).toBe('own')
  })

  test.concurrent.each([
    ['stale-if-error', 200, 'good', '8s'],
    ['must-revalidate, stale-if-error', 504, '', '500ms'],
  ])('%s: %d', async (directive, status, body, waitTimeout) => {
    let isLate = false
    await using stub = await startStubbed(
      (_, res) => {
        if (isLate) return
        res.writeHead(200, { 'cache-control': `s-maxage=1, ${directive}=60` }).end('good')
      },
      { gateway: { ...LATE, cache: { waitTimeout } } },
    )
    expect(await text(stub)).toBe('good')
    isLate = true
    await new Promise((resolve) => setTimeout(resolve, 1001))
    const answers = await Promise.all([get(stub), get(stub), get(stub)])
    expect(answers.map((answer) => answer.status)).toEqual([status, status, status])
    for (const answer of answers) expect(await answer.text()).toContain(body)
    if (status !== 200) return
    const said = answers.map(({ headers }) => headers.get('cache-status'))
    expect(said).toEqual(
      expect.arrayContaining([expect.stringMatching(/^Tenantry; fwd=stale; fwd-status=504;/)]),
    )
    expect(requests(stub).at(-1)).toMatchObject({ status: 200, served: 'cache' })
  })
})

test('one that has waited in vain, and fails by itself then, gets the page that says so', async () => {
  let asked = 0
  await using stub = await startStubbed(
    (req, res) => {
      asked++
      if (asked === 1) {
        res.writeHead(200, { 'cache-control': 's-maxage=1, stale-if-error=60' }).end('good')
      } else if (asked > 2) req.socket.destroy()
    },
    { gateway: { cache: { waitTimeout: '100ms' } } },
  )
  expect(await text(stub)).toBe('good')
  await new Promise((resolve) => setTimeout(resolve, 1001))
  // The app never answers it.
  get(stub).catch(() => {})
  await until(() => asked === 2)
  expect((await get(stub)).status).toBe(502)
})

test('an app that cannot be reached: the stale answer', async () => {
  const good = await startServer(
    createServer((_, res) => {
      res.writeHead(200, { 'cache-control': 's-maxage=1, stale-if-error=60' }).end('good')
    }),
  )
  await using gateway = await startUpstreams([good])
  expect(await text(gateway)).toBe('good')
  await good.close()
  await new Promise((resolve) => setTimeout(resolve, 1001))
  const answer = await get(gateway)
  expect([answer.status, await answer.text()]).toEqual([200, 'good'])
  expect(answer.headers.get('cache-status')).toMatch(/^Tenantry; fwd=stale; fwd-status=50\d;/)
})

test('the log names the server that an answer for many came from', async () => {
  await using gateway = await startUpstreams([
    (_, res) => void res.writeHead(200, { 'cache-control': 's-maxage=60' }).end('x'),
  ])
  await text(gateway)
  await until(() => requests(gateway).length === 1)
  const [server] = gateway.servers
  expect(requests(gateway)[0]).toMatchObject({ cache: 'miss', target: server?.url })
})

describe('a 304 to the question whether a stale answer is still right', () => {
  /** A stale answer, and an app that waits to say that it is still right. */
  async function startAsked(): Promise<{
    stub: Awaited<ReturnType<typeof startStubbed>>
    waiting: ServerResponse[]
  }> {
    const waiting: ServerResponse[] = []
    const stub = await startStubbed((req, res) => {
      if (req.headers['if-none-match'] !== undefined && waiting.length === 0) waiting.push(res)
      else if (waiting.length > 0) res.writeHead(200, { 'cache-control': 'private' }).end('own')
      else res.writeHead(200, { 'cache-control': 's-maxage=1', etag: '"v1"' }).end('body')
    })
    await text(stub)
    await new Promise((resolve) => setTimeout(resolve, 1001))
    return { stub, waiting }
  }

  test.each([
    ['private', { 'cache-control': 'private' }],
    ['no-store', { 'cache-control': 'no-store' }],
    ['Set-Cookie', { 'cache-control': 's-maxage=60', 'set-cookie': 'user=anna' }],
  ])('that is for one alone by %s goes to no other', async (_, said) => {
    const { stub, waiting } = await startAsked()
    await using _stub = stub
    const first = get(stub)
    await until(() => waiting.length === 1)
    const others = [get(stub), get(stub)]
    await settled()
    waiting[0]?.writeHead(304, said).end()
    const answer = await first
    expect([answer.status, await answer.text()]).toEqual([200, 'body'])
    expect(answer.headers.get('cache-control')).toBe(said['cache-control'])
    expect(answer.headers.get('set-cookie')).toBe('set-cookie' in said ? 'user=anna' : null)
    for (const other of await Promise.all(others)) {
      expect(await other.text()).toBe('own')
      expect(other.headers.get('set-cookie')).toBeNull()
    }
    expect(await text(stub)).toBe('own')
  })

  test('that depends on a field of the request now goes to those alone who have the same', async () => {
    const { stub, waiting } = await startAsked()
    await using _stub = stub
    const first = text(stub, PAGE, { 'accept-language': 'de' })
    await until(() => waiting.length === 1)
    const same = text(stub, PAGE, { 'accept-language': 'de' })
    const other = text(stub, PAGE, { 'accept-language': 'en' })
    await settled()
    waiting[0]?.writeHead(304, { 'cache-control': 's-maxage=60', vary: 'accept-language' }).end()
    expect(await Promise.all([first, same, other])).toEqual(['body', 'body', 'own'])
  })

  test('that is for requests without cookies alone goes to no request with them', async () => {
    const { stub, waiting } = await startAsked()
    await using _stub = stub
    const first = text(stub)
    await until(() => waiting.length === 1)
    const plain = text(stub)
    const known = text(stub, PAGE, { cookie: 'user=anna' })
    await settled()
    waiting[0]?.writeHead(304, { 'cache-control': 'max-age=60' }).end()
    expect(await Promise.all([first, plain, known])).toEqual(['body', 'body', 'own'])
  })
})

test('a stale answer for requests without cookies is no help for those with them', async () => {
  let fails = false
  const waiting: ServerResponse[] = []
  await using stub = await startStubbed((_, res) => {
    if (fails) waiting.push(res)
    else res.writeHead(200, { 'cache-control': 'max-age=1, stale-if-error=60' }).end('good')
  })
  await text(stub)
  fails = true
  await new Promise((resolve) => setTimeout(resolve, 1001))
  const plain = get(stub)
  await until(() => waiting.length === 1)
  const known = get(stub, PAGE, { cookie: 'user=anna' })
  await settled()
  waiting[0]?.writeHead(500).end('sorry')
  expect(await (await plain).text()).toBe('good')
  await until(() => waiting.length === 2)
  waiting[1]?.writeHead(500).end('sorry')
  expect((await known).status).toBe(500)
})
