import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { expectFree, untilHeld } from '../support/held.ts'
import { connectRaw, fetchOn, open, sendRaw } from '../support/http.ts'
import { startStubbed, type StubbedGateway } from '../support/stub-app.ts'
import { acceptWebSockets, openWebSocket } from '../support/web-sockets.ts'

// Each limit at its edge: as many as it allows pass, one more is refused.
const ACME = 'http://acme.localhost'
const GLOBEX = 'http://globex.localhost'
const HOST = 'Host: acme.localhost\r\n'

/** An app that answers nothing until it is told to. */
async function startWaiting(limits: object): Promise<StubbedGateway & { answerAll(): void }> {
  const waiting: ServerResponse[] = []
  let isWaiting = true
  const answerOne = (res: ServerResponse): void => void (isWaiting ? waiting.push(res) : res.end())
  const stub = await startStubbed((_req, res) => answerOne(res), { gateway: { limits } })
  const answerAll = (): void => {
    isWaiting = false
    for (const res of waiting.splice(0)) res.end()
  }
  return { ...stub, answerAll }
}

function answer(
  stub: StubbedGateway,
  url: string,
  init: Parameters<typeof fetchOn>[2] = {},
): Promise<Response> {
  return fetchOn(stub.port, url, init)
}

/** The line that the log has of this path, when it has it. */
async function lineOf(stub: StubbedGateway, path: string): Promise<Record<string, unknown>> {
  await stub.event('request', 'acme', (line) => line['path'] === path)
  return stub.log.find((line) => line['path'] === path) ?? {}
}

test('rate: the burst passes, then 429 with Retry-After; another tenant is asked as before', async () => {
  await using stub = await startStubbed((_req, res) => res.end(), {
    gateway: { limits: { tenant: { rate: { perSecond: 1, burst: 5 } } } },
    files: {
      'config/tenants/globex.json': {
        app: 'acme',
        hosts: ['globex.localhost'],
        limits: { rate: false },
      },
    },
  })
  const statuses = async (count: number, url: string): Promise<number[]> => {
    const all: number[] = []
    for (let i = 0; i < count; i++) all.push((await answer(stub, url)).status)
    return all
  }
  const asked = Array.from({ length: 20 }, (_, i) => `${ACME}/${i}`)
  const init = { headers: { accept: 'application/json' } }
  const answers = await Promise.all(asked.map((url) => answer(stub, url, init)))
  const passed = answers.filter(({ status }) => status === 200).length
  // While they come in, some tokens may be added.
  expect([passed >= 5, passed < 20]).toEqual([true, true])
  const refused = answers.find(({ status }) => status === 429)
  expect(refused?.headers.get('retry-after')).toBe('1')
  expect(await refused?.json()).toMatchObject({ error: { code: 'TOO_MANY_REQUESTS' } })
  await stub.event('request', 'acme', (line) => line['status'] === 429)
  expect(stub.log.find((line) => line['status'] === 429)).toMatchObject({
    limit: 'rate',
    served: 'gateway',
  })
  expect(await statuses(20, GLOBEX)).toEqual(Array.from({ length: 20 }, () => 200))
  expect(stub.seen).toHaveLength(passed + 20)
})

test('requests of a tenant: one more than it may have in flight gets 503, the other tenant is served', async () => {
  await using stub = await startWaiting({ tenant: { requests: 3 } })
  const first = [1, 2, 3].map((n) => answer(stub, `${ACME}/${n}`))
  await untilHeld(stub, { requests: 3 })
  const refused = await answer(stub, `${ACME}/4`)
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
  expect(await lineOf(stub, '/4')).toMatchObject({ status: 503, limit: 'requests' })
  const other = answer(stub, GLOBEX)
  await untilHeld(stub, { requests: 4, tenants: 2 })
  stub.answerAll()
  expect((await Promise.all([...first, other])).map(({ status }) => status)).toEqual([
    200, 200, 200, 200,
  ])
  expect((await answer(stub, ACME)).status).toBe(200)
  await expectFree(stub)
})

test('an upgrade that the app does not take is a request among the others', async () => {
  await using stub = await startWaiting({ tenant: { requests: 1 } })
  const first = answer(stub, `${ACME}/1`)
  await untilHeld(stub, { requests: 1 })
  const head =
    'GET /2 HTTP/1.1\r\nHost: acme.localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'
  expect(await sendRaw(stub.port, head)).toMatch(/^HTTP\/1\.1 503 /)
  expect(await lineOf(stub, '/2')).toMatchObject({ status: 503, limit: 'requests' })
  stub.answerAll()
  expect((await first).status).toBe(200)
  await expectFree(stub)
})

test('an alias is none beside the limits: requests, url and body hold before it redirects', async () => {
  await using stub = await startWaiting({ tenant: { requests: 1, body: '1kb', url: 64 } })
  const ask = (path: string, more = ''): Promise<string> =>
    sendRaw(stub.port, `POST ${path} HTTP/1.1\r\nHost: www.acme.test\r\n${more}\r\n`)
  expect(await ask('/', 'Connection: close\r\n')).toMatch(/^HTTP\/1\.1 308 /)
  expect(await ask(`/${'x'.repeat(64)}`, 'Connection: close\r\n')).toMatch(/^HTTP\/1\.1 414 /)
  expect(await ask('/', 'Content-Length: 1025\r\n')).toMatch(/^HTTP\/1\.1 413 /)
  const held = answer(stub, ACME)
  await untilHeld(stub, { requests: 1 })
  expect(await ask('/', 'Connection: close\r\n')).toMatch(/^HTTP\/1\.1 503 /)
  stub.answerAll()
  await held
})

test('a body that grows too large behind the redirect of an alias ends its connection', async () => {
  await using stub = await startStubbed((_req, res) => res.end(), {
    gateway: { limits: { tenant: { body: '1kb' } } },
  })
  const socket = await connectRaw(stub.port)
  socket.on('error', () => {})
  socket.write(CHUNKED.replace('acme.localhost', 'www.acme.test') + chunk(1000))
  const [answered] = (await once(socket, 'data')) as [Buffer]
  expect(String(answered)).toMatch(/^HTTP\/1\.1 308 /)
  socket.resume().write(chunk(25))
  await new Promise((resolve) => socket.once('close', resolve))
  await expectFree(stub)
})

test('requests of the whole: one more than all may have in flight gets 503, whose ever it is', async () => {
  await using stub = await startWaiting({ requests: 3 })
  const first = [answer(stub, ACME), answer(stub, ACME), answer(stub, GLOBEX)]
  await untilHeld(stub, { requests: 3 })
  expect((await answer(stub, GLOBEX)).status).toBe(503)
  expect((await answer(stub, ACME)).status).toBe(503)
  stub.answerAll()
  expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200, 200])
})

test.each([
  ['of a tenant', { tenant: { upgrades: 2 } }, 101],
  ['of the whole', { upgrades: 2 }, 503],
])('tunnels %s: one more gets 503', async (_what, limits, ofOther) => {
  await using stub = await startStubbed((_req, res) => res.end(), { gateway: { limits } })
  acceptWebSockets(stub)
  const host = 'acme.localhost'
  const opened = [await openWebSocket(stub.port, host), await openWebSocket(stub.port, host)]
  expect(opened.map(({ status }) => status)).toEqual([101, 101])
  const refused = await openWebSocket(stub.port, host, '/refused')
  expect(refused.head).toMatch(/^HTTP\/1\.1 503 [^]*\r\nretry-after: 1\r\n/)
  expect(await lineOf(stub, '/refused')).toMatchObject({ status: 503, limit: 'upgrades' })
  const other = await openWebSocket(stub.port, 'globex.localhost')
  expect(other.status).toBe(ofOther)
  expect((await answer(stub, ACME)).status).toBe(200)
  for (const { socket } of [...opened, other, refused]) socket.destroy()
  await untilHeld(stub, { upgrades: 0 })
  const again = await openWebSocket(stub.port, host)
  expect(again.status).toBe(101)
  again.socket.destroy()
})

test.each([
  ['of the whole', { connections: 3 }, 503],
  ['of a client', { connectionsPerClient: 3 }, 429],
])('connections %s: one more is told so and closed', async (_what, limits, status) => {
  await using stub = await startStubbed((_req, res) => res.end(), { gateway: { limits } })
  const sockets = [1, 2, 3].map(() => connectRaw(stub.port))
  const open = await Promise.all(sockets)
  await untilHeld(stub, { connections: 3, clients: 1 })
  const text = await sendRaw(stub.port, '')
  expect(text).toMatch(
    new RegExp(`^HTTP/1\\.1 ${status} [^]*\\r\\nretry-after: 1\\r\\nconnection: close\\r\\n`),
  )
  expect(stub.log).toContainEqual(
    expect.objectContaining({
      event: 'connections.refused',
      limit: Object.keys(limits)[0],
      count: 1,
    }),
  )
  // The request of a connection that was refused is not served, whatever it asks for.
  for (const bytes of [
    `GET /late HTTP/1.1\r\n${HOST}\r\n`,
    `CONNECT a:1 HTTP/1.1\r\n${HOST}\r\n`,
  ]) {
    const answers = (await sendRaw(stub.port, bytes)).match(/HTTP\/1\.1 \d+/g) ?? []
    expect(answers.length).toBeLessThan(2)
  }
  expect(stub.seen).toEqual([])
  open[0]?.destroy()
  await untilHeld(stub, { connections: 2 })
  expect((await answer(stub, ACME)).status).toBe(200)
  for (const socket of open) socket.destroy()
  await expectFree(stub)
})

test('connections of a trusted proxy are not counted for one client', async () => {
  await using stub = await startStubbed((_req, res) => res.end(), {
    gateway: { trustedProxies: ['127.0.0.1'], limits: { connectionsPerClient: 1 } },
  })
  const sockets = await Promise.all([1, 2, 3].map(() => connectRaw(stub.port)))
  await untilHeld(stub, { connections: 3, clients: 0 })
  expect((await answer(stub, ACME)).status).toBe(200)
  for (const socket of sockets) socket.destroy()
})

test('url: as long as the limit passes, one more byte gets 414', async () => {
  await using stub = await startStubbed((_req, res) => res.end(), {
    gateway: { limits: { tenant: { url: 100 } } },
  })
  const path = (length: number): string => `/${'x'.repeat(length - 3)}?a`
  expect((await answer(stub, ACME + path(100))).status).toBe(200)
  expect((await answer(stub, ACME + path(101))).status).toBe(414)
  expect(await lineOf(stub, path(101).slice(0, -2))).toMatchObject({ limit: 'url' })
  expect(stub.seen).toEqual([`GET ${path(100)}`])
})

test('headers: as many as the limit pass, one more gets 431', async () => {
  await using stub = await startStubbed((_req, res) => res.end(), {
    gateway: { limits: { tenant: { headers: 10 } } },
  })
  const ask = (count: number): Promise<string> => {
    const more = 'X-A: b\r\n'.repeat(count - 2)
    return sendRaw(stub.port, `GET /${count} HTTP/1.1\r\n${HOST}Connection: close\r\n${more}\r\n`)
  }
  expect(await ask(10)).toMatch(/^HTTP\/1\.1 200 /)
  expect(await ask(11)).toMatch(/^HTTP\/1\.1 431 /)
  expect(await lineOf(stub, '/11')).toMatchObject({ limit: 'headers' })
})

test('body of a declared size: the limit passes, one more byte gets 413 before the app sees it', async () => {
  await using stub = await startStubbed((req, res) => void req.pipe(res), {
    gateway: { limits: { tenant: { body: '1kb' } } },
  })
  const whole = await answer(stub, `${ACME}/whole`, { method: 'POST', body: 'x'.repeat(1024) })
  expect([whole.status, (await whole.text()).length]).toEqual([200, 1024])
  const head = (size: string): string =>
    `POST /refused HTTP/1.1\r\n${HOST}Content-Length: ${size}\r\n\r\n`
  for (const size of ['1025', '9999999999999999']) {
    const text = await sendRaw(stub.port, head(size))
    expect(text).toMatch(/^HTTP\/1\.1 413 [^]*\r\nconnection: close\r\n/)
  }
  expect(await lineOf(stub, '/refused')).toMatchObject({ status: 413, limit: 'body' })
  expect(stub.seen).toEqual(['POST /whole'])
})

const CHUNKED = `POST /grows HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`

function chunk(size: number): string {
  return `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`
}

test('body of an unknown size: the limit passes', async () => {
  await using stub = await startStubbed((req, res) => void req.pipe(res), {
    gateway: { limits: { tenant: { body: '1kb' } } },
  })
  const head = CHUNKED.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')
  expect(await sendRaw(stub.port, head + chunk(1000) + chunk(24) + '0\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 200 /,
  )
  await expectFree(stub)
})

test.each([
  ['chunk by chunk', ''],
  ['in a packet with its end', '0\r\n\r\n'],
])(
  'body of an unknown size that grows too large %s: 413, and the app is told',
  async (_what, end) => {
    let arrived = 0
    let ended = 0
    await using stub = await startStubbed(
      (req) => {
        req.on('data', (bytes: Buffer) => (arrived += bytes.length)).on('error', () => {})
        req.once('end', () => ended++)
      },
      { gateway: { limits: { tenant: { body: '1kb' } } } },
    )
    const asked = once(stub.app, 'request') as Promise<[IncomingMessage]>
    const socket = await connectRaw(stub.port)
    const text = socket.setEncoding('latin1').toArray() as Promise<string[]>
    socket.write(CHUNKED + chunk(1000))
    const [req] = await asked
    const gone = new Promise((resolve) => req.once('close', resolve))
    socket.write(chunk(25) + end)
    expect((await text).join('')).toMatch(/^HTTP\/1\.1 413 [^]*\r\nconnection: close\r\n/)
    await gone
    expect([arrived <= 1024, ended]).toEqual([true, 0])
    expect(await lineOf(stub, '/grows')).toMatchObject({ status: 413, limit: 'body' })
    await expectFree(stub)
  },
)

test('a body that grows too large while it is answered breaks the answer off', async () => {
  await using stub = await startStubbed((req, res) => void req.pipe(res), {
    gateway: { limits: { tenant: { body: '1kb' } } },
  })
  const socket = await connectRaw(stub.port)
  socket.on('error', () => {})
  socket.write(CHUNKED + chunk(1000))
  const [answered] = (await once(socket, 'data')) as [Buffer]
  expect(String(answered)).toMatch(/^HTTP\/1\.1 200 /)
  socket.resume().write(chunk(25))
  await new Promise((resolve) => socket.once('close', resolve))
  const line = { status: 200, limit: 'body', aborted: true }
  expect(await lineOf(stub, '/grows')).toMatchObject(line)
  await expectFree(stub)
})

test('a client that is in the middle of a body reads the refusal before the connection ends', async () => {
  await using stub = await startStubbed((_req, res) => res.end(), {
    gateway: { limits: { tenant: { body: '1kb' } } },
  })
  let text = ''
  let took = 0
  do {
    const asked = performance.now()
    text = await answerBehindBody(stub.port)
    took = performance.now() - asked
    // The gateway waits two seconds for the client, which may be too short on a busy machine.
  } while (text === '' && took > 2000)
  expect(text).toMatch(/^HTTP\/1\.1 413 [^]*"BODY_TOO_LARGE"[^]*\}\n$/)
  await expectFree(stub)
})

/** What a client reads that has sent the whole of a large body before. */
async function answerBehindBody(port: number): Promise<string> {
  const socket = await connectRaw(port)
  let text = ''
  socket.on('data', (chunk) => (text += String(chunk))).on('error', () => {})
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.pause()
  socket.write(`POST / HTTP/1.1\r\n${HOST}Content-Length: 10000000\r\n\r\n`)
  for (let i = 0; i < 100 && !socket.destroyed; i++) {
    if (socket.write('x'.repeat(100_000))) continue
    await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed])
  }
  socket.resume()
  await closed
  return text
}

test('a reload changes limits of requests in flight from then on, without a restart', async () => {
  const limits = { requests: 9, connections: 9, tenant: { requests: 1, url: 64 } }
  await using stub = await startWaiting(limits)
  const first = answer(stub, ACME)
  await untilHeld(stub, { requests: 1 })
  const statusOf = async (url: string): Promise<number> => (await answer(stub, url)).status
  expect(await statusOf(ACME)).toBe(503)
  await stub.project.write('config/gateway.json', {
    shutdownTimeout: '2s',
    limits: { requests: 2, connections: 9, tenant: { url: 128 } },
  })
  expect(await stub.gateway.reload()).toBe(true)
  const second = answer(stub, `${ACME}/${'x'.repeat(100)}`)
  await untilHeld(stub, { requests: 2 })
  expect(await statusOf(GLOBEX)).toBe(503)
  await stub.project.write('config/gateway.json', {
    shutdownTimeout: '2s',
    limits: { connections: 1 },
  })
  expect(await stub.gateway.reload()).toBe(true)
  expect(await sendRaw(stub.port, '')).toMatch(/^HTTP\/1\.1 503 /)
  stub.answerAll()
  expect([(await first).status, (await second).status]).toEqual([200, 200])
  expect(stub.log.filter((line) => line['event'] === 'config.restart-needed')).toEqual([])
})

test("a tenant's own limit wins over the one of all tenants", async () => {
  await using stub = await startStubbed((_req, res) => res.end(), {
    gateway: { limits: { tenant: { url: 64, headers: 20 } } },
    files: {
      'config/tenants/globex.json': {
        app: 'acme',
        hosts: ['globex.localhost'],
        limits: { url: 200 },
      },
    },
  })
  const path = `/${'x'.repeat(99)}`
  expect((await answer(stub, ACME + path)).status).toBe(414)
  expect((await answer(stub, GLOBEX + path)).status).toBe(200)
  const headers = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`x-${i}`, 'a']))
  expect((await open(stub.port, GLOBEX, { headers })).statusCode).toBe(431)
})

test('the app gets a request that a client sends on the connection of a refused one', async () => {
  await using stub = await startStubbed((_req, res) => res.end(), {
    gateway: { limits: { tenant: { url: 64 } } },
  })
  const socket: Socket = await connectRaw(stub.port)
  const long = `GET /${'x'.repeat(100)} HTTP/1.1\r\n${HOST}\r\n`
  socket.write(`${long}GET /2 HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`)
  const text = (await socket.setEncoding('latin1').toArray()).join('')
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 414', 'HTTP/1.1 200'])
  expect(stub.seen).toEqual(['GET /2'])
})
