import type { Socket } from 'node:net'
import { beforeAll, expect, test } from '@jest/globals'
import { fetchOn, sendRaw } from '../support/http.ts'
import { parseAnswer, sharedStub } from './support.ts'

// Any page can have a browser open a WebSocket with the visitor's cookies: only the tenant's own pages may.

const stub = sharedStub((_req, res) => res.end('answered'), {
  gateway: { trustedProxies: ['127.0.0.1'], defaultTenant: 'fallback' },
  files: {
    'config/tenants/more.json': {
      app: 'acme',
      hosts: ['more.localhost'],
      webSockets: { origins: ['https://partner.example', 'chrome-extension://abcdef'] },
    },
    'config/tenants/any.json': {
      app: 'acme',
      hosts: ['any.localhost'],
      webSockets: { origins: ['*'] },
    },
    'config/tenants/strict.json': {
      app: 'acme',
      hosts: ['strict.localhost'],
      webSockets: { requireOrigin: true },
    },
    'config/tenants/deep.json': { app: 'acme', hosts: ['**.deep.test'] },
    'config/tenants/inner.json': { app: 'acme', hosts: ['inner.deep.test'] },
    'config/tenants/fallback.json': { app: 'acme', hosts: ['fallback.localhost'] },
  },
})

beforeAll(() => {
  stub.current.app.on('upgrade', (_req, socket: Socket) => {
    socket.end(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    )
  })
})

/** Asks for a WebSocket and says the status. */
async function statusOf(host: string, lines: string): Promise<number> {
  const bytes = `GET /ws HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n${lines}\r\n`
  return parseAnswer(await sendRaw(stub.current.port, bytes)).status
}

test.each([
  ['acme.localhost', 'http://acme.localhost'],
  ['acme.localhost', 'https://acme.localhost'],
  ['acme.localhost:8080', 'http://acme.localhost:8080'],
  ['acme.localhost:8080', 'https://acme.localhost:8443'],
  ['acme.localhost', 'http://shop.acme.test'],
  ['acme.localhost', 'http://www.acme.test'],
  ['shop.acme.test', 'https://acme.localhost'],
  ['a.b.deep.test', 'https://c.d.e.deep.test'],
  ['more.localhost', 'https://partner.example'],
  ['more.localhost', 'chrome-extension://abcdef'],
  ['more.localhost', 'http://more.localhost'],
  ['any.localhost', 'https://evil.example'],
  ['any.localhost', 'null'],
  ['strict.localhost', 'http://strict.localhost'],
  ['unknown.example', 'https://unknown.example'],
  ['unknown.example', 'https://fallback.localhost'],
])('%s takes a WebSocket of a page on %s', async (host, origin) => {
  expect(await statusOf(host, `Origin: ${origin}\r\n`)).toBe(101)
})

test.each([
  ['acme.localhost', 'http://globex.localhost'],
  ['acme.localhost', 'https://evil.example'],
  ['acme.localhost', 'http://acme.localhost.evil.example'],
  ['acme.localhost', 'http://evil-acme.localhost'],
  ['acme.localhost', 'http://a.b.acme.test'],
  ['acme.localhost', 'http://acme.test'],
  ['acme.localhost', 'null'],
  ['acme.localhost', ''],
  ['acme.localhost', 'acme.localhost'],
  ['acme.localhost', '//acme.localhost'],
  ['acme.localhost', 'ftp://acme.localhost'],
  ['acme.localhost', 'file://'],
  ['acme.localhost', 'http://acme.localhost/'],
  ['acme.localhost', 'http://acme.localhost/x'],
  ['acme.localhost', 'http://acme.localhost?x'],
  ['acme.localhost', 'http://acme.localhost@evil.example'],
  ['acme.localhost', 'http://evil.example\\@acme.localhost'],
  ['acme.localhost', 'http://acme.localhost, http://evil.example'],
  ['acme.localhost', 'http://evil.example http://acme.localhost'],
  ['acme.localhost', 'http://acme.localhost:80:80'],
  ['a.deep.test', 'https://inner.deep.test'],
  ['inner.deep.test', 'https://a.deep.test'],
  ['more.localhost', 'http://partner.example'],
  ['more.localhost', 'https://partner.example:8443'],
  ['more.localhost', 'https://sub.partner.example'],
  ['fallback.localhost', 'https://evil.example'],
  ['unknown.example', 'https://evil.example'],
])('%s refuses a WebSocket of a page on %j', async (host, origin) => {
  expect(await statusOf(host, `Origin: ${origin}\r\n`)).toBe(403)
})

test('two Origins are none', async () => {
  const own = 'Origin: http://acme.localhost\r\n'
  const evil = 'Origin: https://evil.example\r\n'
  expect(await statusOf('acme.localhost', evil + own)).toBe(403)
})

test('over https, a page that came over http is refused', async () => {
  const https = 'X-Forwarded-Proto: https\r\n'
  expect(await statusOf('acme.localhost', `${https}Origin: http://acme.localhost\r\n`)).toBe(403)
  expect(await statusOf('acme.localhost', `${https}Origin: http://shop.acme.test\r\n`)).toBe(403)
  expect(await statusOf('acme.localhost', `${https}Origin: https://acme.localhost\r\n`)).toBe(101)
})

test('who is no browser says no Origin, and is let in unless config says otherwise', async () => {
  expect(await statusOf('acme.localhost', '')).toBe(101)
  expect(await statusOf('strict.localhost', '')).toBe(403)
})

test('what the client named its Origin header by Connection is looked at all the same', async () => {
  const lines = 'Connection: Origin\r\nOrigin: https://evil.example\r\n'
  expect(await statusOf('acme.localhost', lines)).toBe(403)
})

test('the refusal is a page of the gateway that names nothing', async () => {
  const bytes =
    'GET /ws HTTP/1.1\r\nHost: acme.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOrigin: https://evil.example\r\n\r\n'
  const { status, headers, body } = parseAnswer(await sendRaw(stub.current.port, bytes))
  expect([status, headers.get('connection')]).toEqual([403, 'close'])
  expect(JSON.parse(body)).toMatchObject({ error: { code: 'FOREIGN_ORIGIN', status: 403 } })
  expect(body).not.toMatch(/acme|evil/)
})

test('plain requests are not concerned', async () => {
  const headers = { origin: 'https://evil.example' }
  const answer = await fetchOn(stub.current.port, 'http://acme.localhost/', { headers })
  expect(answer.status).toBe(200)
})
