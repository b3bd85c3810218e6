import { once } from 'node:events'
import { createServer, type ServerOptions } from 'node:https'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createAuthority, type Authority, type Certificate } from '../../support/certificates.ts'
import { connectRaw, fetchOn } from '../../support/http.ts'
import { createProject } from '../../support/project.ts'
import { startTenantry } from '../../support/tenantry.ts'
import { appFile, startServer, startUpstreams, type TestServer } from '../../support/upstreams.ts'

// Targets over https: whom the gateway believes, and how it shows who it is.

const URL = 'http://acme.localhost/'

let authority: Authority
let local: Certificate
let named: Certificate

beforeAll(async () => {
  authority = await createAuthority()
  local = await authority.issue('IP:127.0.0.1')
  named = await authority.issue('DNS:inside.test')
})

afterAll(() => authority[Symbol.asyncDispose]() as Promise<void>)

function answer(req: IncomingMessage): string {
  const socket = req.socket as TLSSocket
  return `${String(socket.servername)} ${socket.authorized} ${req.headers.host}`
}

function startSecure(options: ServerOptions): Promise<TestServer> {
  const server = createServer(options, (req, res) => res.end(answer(req)))
  server.on('tlsClientError', () => {})
  return startServer(server, { scheme: 'https' })
}

test('a certificate of an unknown authority: 502, and the request never arrives', async () => {
  const server = await startSecure(local)
  await using own = await startUpstreams([server])
  expect((await fetchOn(own.port, URL, { method: 'POST', body: 'x' })).status).toBe(502)
  expect(server.seen).toEqual([])
  const { err } = await own.line((line) => line['status'] === 502)
  expect((err as Error).message).toMatch(
    /^https:\/\/127.*unable to verify|^https:\/\/127.*unable to get/,
  )
})

test('not even where the environment says that nothing is to be verified', async () => {
  await using server = await startSecure(local)
  await using project = await createProject({
    'config/gateway.json': {},
    'config/apps/api.json': appFile([server.url], {}),
    'config/tenants/acme.json': { app: 'api', hosts: ['acme.localhost'] },
  })
  await using gateway = await startTenantry('start', project.configDir, {
    env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
  })
  expect((await fetchOn(gateway.port, URL)).status).toBe(502)
  const socket = await connectRaw(gateway.port)
  socket.write(
    'GET / HTTP/1.1\r\nHost: acme.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  )
  const [text] = (await once(socket, 'data')) as [Buffer]
  expect(String(text)).toMatch(/^HTTP\/1.1 502 /)
  socket.destroy()
  expect(server.seen).toEqual([])
})

test('its own authority is believed; an address is asked for no name', async () => {
  const server = await startSecure(local)
  await using own = await startUpstreams([server], {
    app: { tls: { ca: 'tls/ca.pem' } },
    files: { 'tls/ca.pem': authority.ca },
  })
  for (let i = 0; i < 3; i++) {
    expect(await (await fetchOn(own.port, URL)).text()).toBe('false false acme.localhost')
  }
  expect(server.sockets.size).toBe(1)
})

test('a certificate for another name: 502, unless config names it', async () => {
  const server = await startSecure(named)
  const files = { 'tls/ca.pem': authority.ca }
  await using wrong = await startUpstreams([server], { app: { tls: { ca: 'tls/ca.pem' } }, files })
  expect((await fetchOn(wrong.port, URL)).status).toBe(502)
  await using right = await startUpstreams([server], {
    app: { tls: { ca: 'tls/ca.pem', serverName: 'inside.test' } },
    files,
  })
  expect(await (await fetchOn(right.port, URL)).text()).toBe('inside.test false acme.localhost')
  expect(server.seen).toEqual(['GET /'])
})

test('a client certificate is shown, over requests, upgrades and questions of health', async () => {
  const mine = await authority.issue('DNS:gateway.test')
  const server = await startSecure({
    ...local,
    ca: authority.ca,
    requestCert: true,
    rejectUnauthorized: true,
  })
  server.server.on('upgrade', (req: IncomingMessage, socket: Socket) => {
    socket.end(
      `HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n${answer(req)}`,
    )
  })
  const files = {
    'tls/ca.pem': authority.ca,
    'tls/cert.pem': mine.cert,
    'tls/key.pem': mine.key,
  }
  const health = { path: '/health', interval: '20ms', timeout: '30s' }
  await using without = await startUpstreams([server], {
    app: { tls: { ca: 'tls/ca.pem' } },
    files,
  })
  expect((await fetchOn(without.port, URL)).status).toBe(502)
  await using own = await startUpstreams([server], {
    app: { health, tls: { ca: 'tls/ca.pem', cert: 'tls/cert.pem', key: 'tls/key.pem' } },
    files,
  })
  while (!server.seen.includes('GET /health')) await once(server.server, 'request')
  expect(await (await fetchOn(own.port, URL)).text()).toBe('false true acme.localhost')
  const socket = await connectRaw(own.port)
  socket.write(
    'GET / HTTP/1.1\r\nHost: acme.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  )
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  expect(text).toMatch(/^HTTP\/1.1 101 [^]*false true acme.localhost$/)
  expect(own.log.filter((line) => line['event'] === 'target.unhealthy')).toEqual([])
})

test('a file that changes is read anew at a reload', async () => {
  const server = await startSecure(local)
  const other = await createAuthority()
  await using own = await startUpstreams([server], {
    app: { tls: { ca: 'tls/ca.pem' } },
    files: { 'tls/ca.pem': other.ca },
  })
  await other[Symbol.asyncDispose]()
  expect((await fetchOn(own.port, URL)).status).toBe(502)
  await own.project.write('tls/ca.pem', authority.ca)
  await own.gateway.reload()
  await own.line((line) => line['event'] === 'app.replaced')
  expect((await fetchOn(own.port, URL)).status).toBe(200)
})
