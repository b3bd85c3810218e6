import { expect, test } from '@jest/globals'
import { createGateway } from '../../gateway/dist/gateway.js'
import { createLogger } from '../../gateway/dist/telemetry/logger.js'
import { startEcho } from '../../gateway/dist/testing/echo-instance.js'
import { connectRaw, fetchOn, sendRaw } from '../support/http.ts'
import { createProject } from '../support/project.ts'
import { startStubbed } from '../support/stub-app.ts'
import { parseAnswer, readUntil } from './support.ts'

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

test('a proxy that says nothing is itself the client', async () => {
  const got = await arrived(['127.0.0.1'], {})
  expect(got).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' })
  expect(got['x-request-id']).toMatch(/^[\da-f-]{36}$/)
})

/** What a gateway with these trusted proxies says of its client in the access log. */
async function logged(trustedProxies: string[], headers: Record<string, string>): Promise<unknown> {
  await using stub = await startStubbed((_req, res) => res.end(), { gateway: { trustedProxies } })
  await fetchOn(stub.port, 'http://acme.localhost/', { headers })
  return stub.log.find((line) => line['event'] === 'request')?.['client']
}

test.each([
  [[], { 'x-forwarded-for': '203.0.113.7', forwarded: 'for=203.0.113.8' }, '127.0.0.1'],
  [['127.0.0.1'], { 'x-forwarded-for': '203.0.113.7' }, '203.0.113.7'],
  [['127.0.0.1'], { 'x-forwarded-for': '10.0.0.1, 203.0.113.7' }, '203.0.113.7'],
  [
    ['127.0.0.1', '10.0.0.0/8'],
    { 'x-forwarded-for': '1.1.1.1, 203.0.113.7, 10.0.0.1' },
    '203.0.113.7',
  ],
  [['127.0.0.1', '10.0.0.0/8'], { forwarded: 'for=203.0.113.7, for=10.0.0.1' }, '203.0.113.7'],
  [['127.0.0.1'], { 'x-forwarded-for': '203.0.113.7', forwarded: 'for=1.1.1.1' }, '203.0.113.7'],
  [['127.0.0.1'], {}, '127.0.0.1'],
])('proxies in %j that say %j: the client in the log is %s', async (ranges, headers, client) => {
  expect(await logged(ranges, headers as Record<string, string>)).toBe(client)
})

test('Forwarded of a trusted proxy becomes X-Forwarded-For, and is written anew', async () => {
  const forwarded =
    'for=evil;host=globex.localhost, for=203.0.113.7;proto=https, For="[2001:DB8::1]:443"'
  expect(await arrived(['127.0.0.1', '2001:db8::/32'], { forwarded })).toMatchObject({
    'x-forwarded-for': '203.0.113.7, 2001:db8::1, 127.0.0.1',
    'x-forwarded-proto': 'https',
    forwarded:
      'for=203.0.113.7, for="[2001:db8::1]", for=127.0.0.1;host="acme.localhost";proto=https',
  })
})

test('where both are there, X-Forwarded-For is believed, and Forwarded says the same', async () => {
  const forwarded = 'for=10.9.9.9;proto=https;host=globex.localhost'
  const got = await arrived(['127.0.0.1'], { forwarded, 'x-forwarded-for': 'x, 203.0.113.7' })
  expect(got).toMatchObject({
    'x-forwarded-for': 'x, 203.0.113.7, 127.0.0.1',
    'x-forwarded-proto': 'http',
    forwarded: 'for=203.0.113.7, for=127.0.0.1;host="acme.localhost";proto=http',
  })
})

test('Forwarded of a stranger does not arrive', async () => {
  const got = await arrived([], { forwarded: 'for=203.0.113.7;proto=https' })
  expect(got).not.toHaveProperty('forwarded')
  expect(got).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' })
})

test('a reload that trusts a peer holds for connections that are open', async () => {
  await using stub = await startStubbed((req, res) => res.end(req.headers['x-forwarded-for']))
  const socket = await connectRaw(stub.port)
  const ask = 'GET / HTTP/1.1\r\nHost: acme.localhost\r\nx-forwarded-for: 203.0.113.7\r\n\r\n'
  socket.write(ask)
  expect(await readUntil(socket, '\r\n\r\n127.0.0.1')).not.toContain('203.0.113.7')
  await stub.project.write('config/gateway.json', { trustedProxies: ['127.0.0.1'] })
  expect(await stub.gateway.reload()).toBe(true)
  socket.write(ask)
  await readUntil(socket, '203.0.113.7, 127.0.0.1')
  socket.destroy()
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
  expect(got['forwarded']).not.toContain('globex')
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
