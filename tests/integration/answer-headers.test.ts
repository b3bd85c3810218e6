import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@jest/globals'
import { headerPolicy } from '../../gateway/dist/http/answer-headers.js'
import { Answer } from '../../gateway/dist/http/answer.js'
import { parseAnswer } from '../security/support.ts'
import { fetchOn, sendRaw } from '../support/http.ts'
import { createProject, probeApp } from '../support/project.ts'
import { startStubbed } from '../support/stub-app.ts'
import { startTenantry } from '../support/tenantry.ts'

// What a tenant's config says of headers is what its visitors get, whatever the app says.

const HEADERS = {
  'Strict-Transport-Security': 'max-age=31536000',
  'x-frame-options': 'DENY',
  'X-Powered-By': null,
}

test('they are set, replaced and removed, in answers of the app alone', async () => {
  const files = {
    'config/tenants/acme.json': { hosts: ['acme.localhost'], headers: HEADERS },
  }
  await using stub = await startStubbed(
    (req, res) => {
      if (req.url === '/dies') return res.destroy()
      res.writeHead(200, { 'X-Frame-Options': 'ALLOWALL', 'x-powered-by': 'Stub', 'x-kept': '1' })
      return res.end('ok')
    },
    { files, gateway: { headers: { 'x-frame-options': 'SAMEORIGIN', 'x-of-all': 'yes' } } },
  )
  const { headers } = await fetchOn(stub.port, 'http://acme.localhost/')
  expect(headers.get('strict-transport-security')).toBe('max-age=31536000')
  expect(headers.get('x-frame-options')).toBe('DENY')
  expect(headers.get('x-of-all')).toBe('yes')
  expect(headers.get('x-kept')).toBe('1')
  expect(headers.has('x-powered-by')).toBe(false)
  const other = (await fetchOn(stub.port, 'http://globex.localhost/')).headers
  expect(other.get('x-frame-options')).toBe('SAMEORIGIN')
  expect(other.get('x-powered-by')).toBe('Stub')
  const page = await fetchOn(stub.port, 'http://acme.localhost/dies', {
    headers: { accept: 'text/html' },
  })
  expect(page.status).toBe(502)
  expect(page.headers.has('x-of-all')).toBe(false)
})

test('answers without a body, and those to HEAD, an upgrade and a refused WebSocket have them', async () => {
  await using stub = await startStubbed(
    (req, res) => {
      res.writeHead(req.url === '/304' ? 304 : 403, {
        'x-frame-options': 'ALLOWALL',
        'x-kept': '1',
      })
      res.end('no')
    },
    { files: { 'config/tenants/acme.json': { hosts: ['acme.localhost'], headers: HEADERS } } },
  )
  for (const [line, more] of [
    ['GET /304', 'Connection: close'],
    ['HEAD /', 'Connection: close'],
    ['GET /', 'Connection: Upgrade\r\nUpgrade: h2c'],
    ['GET /', 'Connection: Upgrade\r\nUpgrade: websocket'],
  ]) {
    const bytes = `${line} HTTP/1.1\r\nHost: acme.localhost\r\n${more}\r\n\r\n`
    const { status, headers } = parseAnswer(await sendRaw(stub.port, bytes))
    expect([line, [304, 403].includes(status)]).toEqual([line, true])
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000')
    expect(headers.get('x-kept')).toBe('1')
  }
})

test('by itself the gateway adds no header that tells a browser what to do', async () => {
  await using stub = await startStubbed((_req, res) => res.end('x'))
  const { headers } = await fetchOn(stub.port, 'http://acme.localhost/')
  const names = ['cache-status', 'connection', 'content-length', 'date', 'x-request-id']
  expect([...headers.keys()].toSorted()).toEqual(names)
})

test('a change of them is live after a reload', async () => {
  await using stub = await startStubbed((_req, res) => res.end('ok'))
  await stub.project.write('config/tenants/acme.json', {
    hosts: ['acme.localhost'],
    headers: { 'x-new': '1' },
  })
  expect(await stub.gateway.reload()).toBe(true)
  expect((await fetchOn(stub.port, 'http://acme.localhost/')).headers.get('x-new')).toBe('1')
})

test.each(['process', 'shared'] as const)(
  'answers of Next.js in the %s runtime',
  async (runtime) => {
    await using project = await createProject({
      'config/apps/probe.json': probeApp({ runtime }),
      'config/tenants/probe.json': {
        hosts: ['probe.localhost'],
        headers: HEADERS,
      },
    })
    await using gateway = await startTenantry('start', project.configDir)
    for (const path of ['/static', '/api/echo', '/nothing-here', '/favicon.ico']) {
      const { headers } = await fetchOn(gateway.port, `http://probe.localhost${path}`)
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000')
      expect(headers.has('x-powered-by')).toBe(false)
    }
  },
)

type Write = (res: Answer) => void

const WAYS: readonly (readonly [what: string, write: Write])[] = [
  ['an object', (res) => res.writeHead(200, { 'X-Frame-Options': 'ALLOWALL', 'x-kept': '1' })],
  ['a list', (res) => res.writeHead(200, ['X-Frame-Options', 'ALLOWALL', 'x-kept', '1'])],
  [
    'a list of pairs',
    (res) =>
      res.writeHead(200, [
        ['X-Frame-Options', 'ALLOWALL'],
        ['x-kept', '1'],
      ]),
  ],
  [
    'a message',
    (res) => res.writeHead(200, 'Fine', { 'x-frame-options': 'ALLOWALL', 'x-kept': '1' }),
  ],
  ['setHeader', (res) => res.setHeader('x-frame-options', 'ALLOWALL').setHeader('x-kept', '1')],
  [
    'setHeader and a list',
    (res) => res.setHeader('x-frame-options', 'ALLOWALL').writeHead(200, ['x-kept', '1']),
  ],
  ['the old name', (res) => res.writeHeader(200, { 'x-frame-options': 'ALLOWALL', 'x-kept': '1' })],
]

test.each(WAYS)('an app that writes its head by %s is overruled', async (_what, write) => {
  const policy = headerPolicy({ 'x-frame-options': 'DENY' }, { 'x-powered-by': null })
  const server = createServer({ ServerResponse: Answer as never }, (_req, res) => {
    const answer = res as unknown as Answer
    answer.policy = policy
    answer.setHeader('x-powered-by', 'Stub')
    write(answer)
    answer.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { headers } = await fetchOn((server.address() as AddressInfo).port, 'http://a.localhost/')
  server.close()
  expect(headers.get('x-frame-options')).toBe('DENY')
  expect(headers.get('x-kept')).toBe('1')
  expect(headers.has('x-powered-by')).toBe(false)
})
