import { expect, test } from '@jest/globals'
import { createGateway } from '../../gateway/dist/gateway.js'
import { createLogger } from '../../gateway/dist/telemetry/logger.js'
import { startEcho } from '../../gateway/dist/testing/echo-instance.js'
import { fetchOn, sendRaw } from '../support/http.ts'
import { createProject } from '../support/project.ts'
import { startStubbed } from '../support/stub-app.ts'
import { parseAnswer } from './support.ts'

// What a request says of its client is believed only where its peer is a trusted proxy.

const SAID = {
  'x-forwarded-for': '203.0.113.7',
  'x-forwarded-proto': 'https',
  'x-request-id': 'from-the-proxy/1',
}

/** Sends the headers to a gateway with these trusted proxies and says what the app got. */
async function arrived(
  trustedProxies: string[],
  headers: Record<string, string>,
  host = 'acme.localhost',
): Promise<Record<string, string>> {
  await using stub = await startStubbed((req, res) => res.end(JSON.stringify(req.headers)), {
    gateway: { trustedProxies },
  })
  const answer = await fetchOn(stub.port, `http://${host}/`, { headers })
  const got = (await answer.json()) as Record<string, string>
  expect(answer.headers.get('x-request-id')).toBe(got['x-request-id'])
  return got
}

test.each([
  [['127.0.0.1']],
  [['127.0.0.1/32']],
  [['127.0.0.0/8']],
  [['10.0.0.0/8', '127.0.0.0/30']],
  [['0.0.0.0/0']],
  [['::ffff:127.0.0.1']],
  [['::ffff:127.0.0.0/104']],
  [['::ffff:0:0/96']],
])('from a proxy in %j it is believed and the peer is appended', async (ranges) => {
  expect(await arrived(ranges, SAID)).toMatchObject({
    'x-forwarded-for': '203.0.113.7, 127.0.0.1',
    'x-forwarded-proto': 'https',
    'x-forwarded-port': '443',
    'x-request-id': 'from-the-proxy/1',
  })
})

test.each([
  [[]],
  [['127.0.0.2']],
  [['128.0.0.0/8']],
  [['127.0.1.0/24']],
  [['10.0.0.0/8', '::1', 'fd00::/8']],
  [['::/96']],
  [['::ffff:10.0.0.0/104']],
])('from a peer outside %j it is not', async (ranges) => {
  const got = await arrived(ranges, SAID)
  expect(got).toMatchObject({
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-port': '80',
  })
  expect(got['x-request-id']).toMatch(/^[\da-f-]{36}$/)
})

test('an IPv4 proxy is known on a socket for both families, and named in IPv4', async () => {
  await using project = await createProject({
    'apps/acme/package.json': {},
    'apps/acme/app/page.js': '',
    'config/gateway.json': { trustedProxies: ['127.0.0.0/8'] },
    'config/tenants/acme.json': { hosts: ['acme.localhost'] },
  })
  await using gateway = await createGateway(
    {
      configDir: project.configDir,
      mode: 'production',
      logger: createLogger({ level: 'silent', format: 'json' }),
      env: {},
      port: 0,
    },
    { startInstance: startEcho, watch: false },
  )
  await gateway.start()
  const answer = await fetchOn(gateway.port, 'http://acme.localhost/', { headers: SAID })
  const { headers } = (await answer.json()) as { headers: object }
  expect(headers).toMatchObject({
    'x-forwarded-for': '203.0.113.7, 127.0.0.1',
    'x-forwarded-proto': 'https',
  })
})

test('a whole chain is kept, in its order', async () => {
  const chain = { 'x-forwarded-for': 'unknown, 203.0.113.7, 10.0.0.9' }
  expect(await arrived(['127.0.0.1'], chain)).toMatchObject({
    'x-forwarded-for': 'unknown, 203.0.113.7, 10.0.0.9, 127.0.0.1',
  })
})

test.each([
  ['127.0.0.1', { 'x-forwarded-for': '1.1.1.1, 203.0.113.7' }, '203.0.113.7'],
  ['127.0.0.1', { 'x-forwarded-for': '203.0.113.7, 10.0.0.9' }, '10.0.0.9'],
  ['127.0.0.1 10.0.0.0/8', { 'x-forwarded-for': '1.1.1.1, 203.0.113.7, 10.0.0.9' }, '203.0.113.7'],
  ['127.0.0.1 10.0.0.0/8', { 'x-forwarded-for': '203.0.113.7, unknown, 10.0.0.9' }, '10.0.0.9'],
  ['127.0.0.1', { forwarded: 'for=1.1.1.1, for="203.0.113.7:80";by=10.0.0.9' }, '203.0.113.7'],
  ['', { 'x-forwarded-for': '203.0.113.7' }, '127.0.0.1'],
])(
  'trusted %s, %j: the client is %s, the first one from the right that is no proxy',
  async (trusted, said, client) => {
    await using stub = await startStubbed((_req, res) => res.end(), {
      gateway: {
        trustedProxies: trusted.split(' ').filter(Boolean),
        limits: { rate: { perSecond: 1, burst: 1 } },
      },
    })
    const ask = (headers: Record<string, string>): Promise<Response> =>
      fetchOn(stub.port, 'http://acme.localhost/', { headers })
    expect((await ask(said)).status).toBe(200)
    await stub.event('request', 'acme')
    expect(stub.log.find(({ event }) => event === 'request')).toMatchObject({ client })
    // It is the one whose requests are counted together, however it is named.
    if (trusted === '') return
    // Several at once: on a slow machine one may have been added meanwhile.
    const again = Array.from({ length: 5 }, () => ask({ 'x-forwarded-for': client }))
    expect((await Promise.all(again)).map(({ status }) => status)).toContain(429)
    expect((await ask({ 'x-forwarded-for': '198.51.100.1' })).status).toBe(200)
  },
)

test('a proxy that says nothing is itself the client', async () => {
  const got = await arrived(['127.0.0.1'], {})
  expect(got).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' })
  expect(got['x-request-id']).toMatch(/^[\da-f-]{36}$/)
})

test('of the host, nobody is believed, nor of the tenant', async () => {
  const got = await arrived(['127.0.0.1'], {
    ...SAID,
    forwarded: 'for=10.0.0.1;host=globex.localhost',
    'x-forwarded-host': 'globex.localhost',
    'x-forwarded-port': '8443',
    'x-real-ip': '10.0.0.1',
    'x-tenant-id': 'globex',
  })
  expect(got).toMatchObject({
    host: 'acme.localhost',
    'x-forwarded-host': 'acme.localhost',
    'x-forwarded-port': '443',
    'x-tenant-id': 'acme',
  })
  const own = 'for=127.0.0.1;host="acme.localhost";proto=https'
  expect(got['forwarded']).toBe(`for=203.0.113.7, ${own}`)
  expect(got).not.toHaveProperty('x-real-ip')
})

test.each(['HTTPS', 'https, http', 'http', 'ws', 'javascript', 'https://x', ''])(
  'x-forwarded-proto: %j does not mean https',
  async (proto) => {
    const got = await arrived(['127.0.0.1'], { 'x-forwarded-proto': proto })
    expect(got).toMatchObject({ 'x-forwarded-proto': 'http', 'x-forwarded-port': '80' })
  },
)

test.each([
  ['with a space', 'a b'],
  ['that is a tag', '<script>alert(1)</script>'],
  ['with quotes', '"a"'],
  ['with a comma', 'a,b'],
  ['that is empty', ''],
  ['that is too long', 'x'.repeat(129)],
  ['outside ASCII', 'caf\u00e9'],
  ['with a tab', 'a\tb'],
])('x-request-id %s is replaced', async (_what, id) => {
  const got = await arrived(['127.0.0.1'], { 'x-request-id': id })
  expect(got['x-request-id']).toMatch(/^[\da-f-]{36}$/)
})

test('two x-request-id are none', async () => {
  await using stub = await startStubbed(
    (req, res) => res.end(String(req.headers['x-request-id'])),
    {
      gateway: { trustedProxies: ['127.0.0.1'] },
    },
  )
  const answer = await sendRaw(
    stub.port,
    'GET / HTTP/1.1\r\nHost: acme.localhost\r\nx-request-id: a\r\nx-request-id: b\r\nConnection: close\r\n\r\n',
  )
  expect(parseAnswer(answer).body).toMatch(/^[\da-f-]{36}$/)
})

test('Connection cannot take away what the gateway says of the client', async () => {
  await using stub = await startStubbed((req, res) => res.end(JSON.stringify(req.headers)), {
    gateway: { trustedProxies: ['127.0.0.1'] },
  })
  const answer = await sendRaw(
    stub.port,
    'GET / HTTP/1.1\r\nHost: acme.localhost\r\nx-forwarded-for: 203.0.113.7\r\nConnection: close, x-forwarded-for\r\n\r\n',
  )
  expect(JSON.parse(parseAnswer(answer).body)).toMatchObject({
    'x-forwarded-for': '203.0.113.7, 127.0.0.1',
  })
})

test('a redirect keeps the scheme that a trusted proxy names, and no other', async () => {
  for (const [trustedProxies, scheme] of [
    [['127.0.0.1'], 'https'],
    [[], 'http'],
  ] as const) {
    await using stub = await startStubbed((_req, res) => res.end(), { gateway: { trustedProxies } })
    const answer = await fetchOn(stub.port, 'http://www.acme.test/x', { headers: SAID })
    expect(answer.headers.get('location')).toBe(`${scheme}://acme.localhost/x`)
  }
})
