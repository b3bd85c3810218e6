import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { parseAnswer } from '../security/support.ts'
import { fetchOn, open, sendRaw } from '../support/http.ts'
import { createProject, probeApp, REPO, type Project } from '../support/project.ts'
import { startStubbed } from '../support/stub-app.ts'
import { startTenantry, type RunningTenantry } from '../support/tenantry.ts'

// A tenant's config says headers of the app's answers, and has the last word.

const HEADERS = {
  'Strict-Transport-Security': 'max-age=63072000',
  'Content-Security-Policy': "default-src 'self'",
  'X-Frame-Options': 'DENY',
  Server: null,
}

const STUBBED = {
  files: {
    'config/tenants/acme.json': {
      hosts: ['acme.localhost', { host: 'www.acme.test', redirectTo: 'acme.localhost' }],
      headers: HEADERS,
    },
  },
}

const SAID = [
  ...['Server', 'app/1', 'x-frame-options', 'ALLOWALL', 'X-FRAME-OPTIONS', 'SAMEORIGIN'],
  ...['content-security-policy', 'default-src *', 'X-Powered-By', 'Stub', 'X-Stays', '1'],
  ...['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2'],
]

test("the tenant's headers stand in place of the app's", async () => {
  await using stub = await startStubbed((_req, res) => res.writeHead(201, SAID).end(), STUBBED)
  const answer = await open(stub.port, 'http://acme.localhost/')
  const names = answer.rawHeaders.filter((_, i) => i % 2 === 0)
  expect(answer.statusCode).toBe(201)
  expect(answer.headers).toMatchObject({
    'strict-transport-security': 'max-age=63072000',
    'content-security-policy': "default-src 'self'",
    'x-frame-options': 'DENY',
    'x-stays': '1',
    'set-cookie': ['a=1', 'b=2'],
  })
  expect(names.filter((name) => /^(?:server|x-powered-by)$/i.test(name))).toEqual([])
  expect(names.filter((name) => /^x-frame-options$/i.test(name))).toHaveLength(1)
  expect(names).toContain('Strict-Transport-Security')
})

test("another tenant of the app has the app's, without x-powered-by", async () => {
  await using stub = await startStubbed((_req, res) => res.writeHead(200, SAID).end(), STUBBED)
  const { headers } = await fetchOn(stub.port, 'http://globex.localhost/')
  expect(headers.get('server')).toBe('app/1')
  expect(headers.get('x-frame-options')).toBe('ALLOWALL, SAMEORIGIN')
  expect(headers.get('strict-transport-security')).toBeNull()
  expect(headers.get('x-powered-by')).toBeNull()
})

test('x-powered-by stays where it is asked for, or where the tenant says it', async () => {
  await using kept = await startStubbed((_req, res) => res.writeHead(200, SAID).end(), {
    gateway: { removePoweredBy: false },
  })
  const { headers } = await fetchOn(kept.port, 'http://acme.localhost/')
  expect(headers.get('x-powered-by')).toBe('Stub')
  await using said = await startStubbed((_req, res) => res.writeHead(200, SAID).end(), {
    files: {
      'config/tenants/acme.json': {
        hosts: ['acme.localhost'],
        headers: { 'X-POWERED-BY': 'people' },
      },
    },
  })
  const other = await fetchOn(said.port, 'http://acme.localhost/')
  expect(other.headers.get('x-powered-by')).toBe('people')
})

test('by itself the gateway adds no header that tells a browser what to do', async () => {
  await using stub = await startStubbed((_req, res) => res.end('x'))
  const { headers } = await fetchOn(stub.port, 'http://acme.localhost/')
  expect([...headers.keys()].toSorted()).toEqual([
    'connection',
    'content-length',
    'date',
    'x-request-id',
  ])
})

test("the gateway's own answers carry none of them", async () => {
  await using stub = await startStubbed((req) => void req.socket.destroy(), STUBBED)
  const failed = await fetchOn(stub.port, 'http://acme.localhost/', { method: 'POST', body: 'x' })
  const moved = await fetchOn(stub.port, 'http://www.acme.test/')
  expect([failed.status, moved.status]).toEqual([502, 308])
  for (const { headers } of [failed, moved]) {
    expect(headers.get('strict-transport-security')).toBeNull()
    expect(headers.get('x-frame-options')).toBeNull()
  }
})

test('answers without a body, streamed ones and those to HEAD and Upgrade: h2c have them', async () => {
  await using stub = await startStubbed((req, res) => {
    res.statusCode = req.url === '/304' ? 304 : 200
    res.setHeader('server', 'app/1')
    res.write('a')
    res.end('b')
  }, STUBBED)
  const h2c = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n'
  for (const [method, path, lines] of [
    ['GET', '/', ''],
    ['HEAD', '/', ''],
    ['GET', '/304', ''],
    ['GET', '/', h2c],
  ] as const) {
    const closing = lines === '' ? 'Connection: close\r\n' : lines
    const bytes = `${method} ${path} HTTP/1.1\r\nHost: acme.localhost\r\n${closing}\r\n`
    const { headers } = parseAnswer(await sendRaw(stub.port, bytes))
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.has('server')).toBe(false)
  }
})

test('so has the refusal of a WebSocket', async () => {
  await using stub = await startStubbed((_req, res) => res.writeHead(403, SAID).end('no'), STUBBED)
  const answer = parseAnswer(
    await sendRaw(
      stub.port,
      'GET / HTTP/1.1\r\nHost: acme.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    ),
  )
  expect([answer.status, answer.body]).toEqual([403, 'no'])
  expect(answer.headers.get('x-frame-options')).toBe('DENY')
  expect(answer.headers.has('server')).toBe(false)
})

test('a reload changes them', async () => {
  await using stub = await startStubbed((_req, res) => res.end('x'), STUBBED)
  const ask = async (): Promise<string | null> => {
    const { headers } = await fetchOn(stub.port, 'http://acme.localhost/')
    return headers.get('x-frame-options')
  }
  expect(await ask()).toBe('DENY')
  await stub.project.write('config/tenants/acme.json', { hosts: ['acme.localhost'] })
  expect(await stub.gateway.reload()).toBe(true)
  expect(await ask()).toBeNull()
})

describe.each(['process', 'shared'])('a real app, runtime %s', (runtime) => {
  let project: Project
  let gateway: RunningTenantry

  beforeAll(async () => {
    const headers = {
      'X-Frame-Options': 'DENY',
      'Cache-Control': 'no-store',
      'x-nextjs-cache': null,
      'Referrer-Policy': 'no-referrer',
    }
    project = await createProject({
      'config/gateway.json': { appsRoot: REPO },
      'config/apps/probe.json': probeApp({ runtime }),
      'config/tenants/with.json': { app: 'probe', hosts: ['with.localhost'], headers },
      'config/tenants/without.json': { app: 'probe', hosts: ['without.localhost'] },
    })
    gateway = await startTenantry('start', project.configDir)
  })

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]()
    await project[Symbol.asyncDispose]()
  })

  test.each([
    ['a page that is rendered', '/', 200],
    ['a prerendered page', '/static', 200],
    ['a route handler', '/api/headers', 200],
    ['a stream', '/api/stream?ticks=1', 200],
    ['an edge route', '/api/edge', 200],
    ['proxy.ts', '/proxy/any', 200],
    ['a redirect', '/api/url?redirect', 307],
    ['a redirect of a path that is not clean', '/static/', 308],
    ['nothing', '/nowhere', 404],
    ['an error', '/api/throw', 500],
  ])('%s', async (_what, path, status) => {
    const [ruled, plain] = await Promise.all(
      ['with', 'without'].map((tenant) =>
        fetchOn(gateway.port, `http://${tenant}.localhost${path}`),
      ),
    )
    expect([ruled?.status, plain?.status]).toEqual([status, status])
    expect(Object.fromEntries(ruled?.headers ?? [])).toMatchObject({
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    })
    expect(ruled?.headers.has('x-nextjs-cache')).toBe(false)
    expect(plain?.headers.has('x-frame-options')).toBe(false)
    for (const answer of [ruled, plain]) expect(answer?.headers.has('x-powered-by')).toBe(false)
  })

  test('a file of the build', async () => {
    const page = await (await fetchOn(gateway.port, 'http://with.localhost/static')).text()
    const [asset = ''] = /\/_next\/static\/[^"\\]+\.js/.exec(page) ?? []
    const answer = await fetchOn(gateway.port, `http://with.localhost${asset}`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-frame-options')).toBe('DENY')
  })
})
