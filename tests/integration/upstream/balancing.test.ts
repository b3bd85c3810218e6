import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { fetchOn, open, sendRaw } from '../../support/http.ts'
import { startUpstreams } from '../../support/upstreams.ts'
import { handshake } from '../../support/web-sockets.ts'

// Which target a request goes to.

const URL = 'http://acme.localhost/'
const SECRET = 'not a secret, but as long as one must be'

function named(name: string): (_req: unknown, res: ServerResponse) => void {
  return (_req, res) => void res.end(name)
}

async function answersOf(port: number, count: number, headers = {}): Promise<string> {
  let all = ''
  for (let i = 0; i < count; i++) all += await (await fetchOn(port, URL, { headers })).text()
  return all
}

test('round robin: each in its turn, by weight', async () => {
  await using plain = await startUpstreams([named('a'), named('b'), named('c')], {
    app: { balance: 'round-robin' },
  })
  expect(await answersOf(plain.port, 7)).toBe('abcabca')
  await using weighted = await startUpstreams([named('a'), named('b')], {
    app: ([a, b]) => ({ balance: 'round-robin', targets: [{ url: a, weight: 3 }, b] }),
  })
  expect(await answersOf(weighted.port, 8)).toBe('aabaaaba')
})

test('least: the one with the fewest in flight; those that are level take turns', async () => {
  const held: ServerResponse[] = []
  const hold =
    (name: string) =>
    ({ url }: { url?: string | undefined }, res: ServerResponse): void => {
      if (url === '/hold') held.push(res.writeHead(200).on('close', () => {}))
      else res.end(name)
      if (url === '/hold') res.write(name)
    }
  await using own = await startUpstreams([hold('a'), hold('b')])
  const first = await open(own.port, `${URL}hold`)
  const [name] = (await once(first, 'data')) as [Buffer]
  const other = String(name) === 'a' ? 'b' : 'a'
  expect(await answersOf(own.port, 4)).toBe(other.repeat(4))
  held[0]?.end()
  await once(first.resume(), 'end')
  expect((await answersOf(own.port, 4)).split('').toSorted().join('')).toBe('aabb')
})

test('least: a weight of two takes two where another takes one', async () => {
  const counts = [0, 0]
  const held: ServerResponse[] = []
  const hold = (index: number) => (_req: unknown, res: ServerResponse) => {
    counts[index] = (counts[index] ?? 0) + 1
    held.push(res)
    res.write('x')
  }
  await using own = await startUpstreams([hold(0), hold(1)], {
    app: ([a, b]) => ({ targets: [{ url: a, weight: 2 }, b] }),
  })
  for (let i = 0; i < 9; i++) (await open(own.port, URL)).resume()
  expect(counts).toEqual([6, 3])
})

test('sticky: a visitor stays with its target; the cookie says nothing and no script reads it', async () => {
  await using own = await startUpstreams([named('a'), named('b'), named('c')], {
    app: { balance: 'sticky', sticky: { secret: SECRET } },
  })
  const first = await fetchOn(own.port, URL)
  const name = await first.text()
  const [cookie = ''] = first.headers.getSetCookie()
  expect(cookie).toMatch(/^tenantry_target=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)
  const headers = { cookie: `other=1; ${cookie.split(';')[0]}` }
  expect(await answersOf(own.port, 6, headers)).toBe(name.repeat(6))
  expect((await fetchOn(own.port, URL, { headers })).headers.getSetCookie()).toEqual([])
})

test('sticky: a WebSocket sets the cookie, and goes to the target that it names', async () => {
  await using own = await startUpstreams([named('a'), named('b'), named('c')], {
    app: { balance: 'sticky', sticky: { secret: SECRET } },
  })
  for (const { server, url } of own.servers) {
    server.on('upgrade', (_req: IncomingMessage, socket: Socket) => {
      socket.end(
        `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSet-Cookie: own=1; Domain=127.0.0.1\r\n\r\n${url}`,
      )
    })
  }
  const first = await sendRaw(own.port, handshake('acme.localhost'))
  expect(first).toContain('Set-Cookie: own=1\r\n')
  const [, cookie] = /\r\nset-cookie: (tenantry_target=[\w-]{43}); Path=/.exec(first) ?? []
  const url = first.split('\r\n\r\n')[1]
  for (let i = 0; i < 6; i++) {
    const more = `Cookie: ${cookie}\r\n`
    const next = await sendRaw(own.port, handshake('acme.localhost', '/', more))
    expect(next).not.toContain('tenantry_target')
    expect(next.split('\r\n\r\n')[1]).toBe(url)
  }
})

test('sticky: a cookie of another app, of another secret, or forged is ignored, and a new one set', async () => {
  const sticky = { balance: 'sticky', sticky: { secretEnv: 'STICKY', cookie: 'at' } }
  const env = { STICKY: SECRET }
  await using own = await startUpstreams([named('a'), named('b')], {
    app: (targets) => ({ ...sticky, targets }),
    env,
  })
  await using elsewhere = await startUpstreams([...own.servers], {
    app: { ...sticky, sticky: { secret: `${SECRET}, yet another`, cookie: 'at' } },
  })
  const [foreign = ''] = (await fetchOn(elsewhere.port, URL)).headers.getSetCookie()
  const [real = ''] = (await fetchOn(own.port, URL)).headers.getSetCookie()
  const value = real.slice(3, 46)
  const forged = [
    foreign.split(';')[0],
    'at=',
    'at=0',
    `at=${own.servers[0]?.url}`,
    `at=${value}x`,
    `at=${value.slice(0, 42)}`,
    `at=${value.slice(0, 42)}${value.endsWith('A') ? 'B' : 'A'}`,
    `at=${value.toUpperCase()}`,
    `xat=${value}`,
    'at=\u00e9\u00e9',
  ]
  for (const cookie of forged) {
    const answer = await fetchOn(own.port, URL, { headers: { cookie: String(cookie) } })
    expect([cookie, answer.status, answer.headers.getSetCookie().length]).toEqual([cookie, 200, 1])
  }
  const both = { cookie: `at=forged; at=${value}` }
  expect((await fetchOn(own.port, URL, { headers: both })).headers.getSetCookie()).toEqual([])
})

test('sticky: a visitor whose target is gone gets another one, and its cookie', async () => {
  await using own = await startUpstreams([named('a'), named('b')], {
    app: { balance: 'sticky', sticky: { secret: SECRET } },
  })
  const first = await fetchOn(own.port, URL)
  const name = await first.text()
  const cookie = String(first.headers.getSetCookie()[0]?.split(';')[0])
  await own.servers[name === 'a' ? 0 : 1]?.close()
  const second = await fetchOn(own.port, URL, { headers: { cookie } })
  expect(await second.text()).toBe(name === 'a' ? 'b' : 'a')
  expect(second.headers.getSetCookie()).toHaveLength(1)
})

test('sticky: without the secret that config names, the app is down and the log says the mend', async () => {
  await using own = await startUpstreams([named('a')], {
    app: { balance: 'sticky', sticky: { secretEnv: 'STICKY' } },
    env: { STICKY: 'short' },
  })
  const { err } = await own.line((line) => line['event'] === 'app.failed')
  expect((err as Error).message).toBe(
    "sticky.secretEnv names STICKY: set it in the gateway's environment, to 32 characters or more",
  )
  expect((await fetchOn(own.port, URL)).status).toBe(503)
})
