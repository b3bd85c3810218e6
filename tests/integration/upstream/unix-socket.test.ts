import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { fetchOn, sendRaw } from '../../support/http.ts'
import { startUpstreams, targetsOf } from '../../support/upstreams.ts'
import { handshake } from '../../support/web-sockets.ts'

// A target that listens on a Unix socket is a target as any other.

const URL = 'http://acme.localhost/page'
let folder = ''
let path = ''
/** Those over which the page was asked for. */
const used = new Set<Socket>()
const asked: string[] = []

const server = createServer((req, res) => {
  asked.push(`${req.method} ${req.url} of ${req.headers.host}`)
  if (req.url === '/page') used.add(req.socket)
  void text(req).then((body) => res.end(`read ${body.length}`))
})
server.on('upgrade', (req: IncomingMessage, socket: Socket) => {
  socket.end(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n${req.url}`,
  )
})

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tenantry-unix-'))
  path = join(folder, 'api.sock')
  server.listen(path)
  await once(server, 'listening')
})

afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
  await rm(folder, { recursive: true })
})

test('requests share a connection, bodies arrive, WebSockets are tunnelled, its health is asked', async () => {
  await using own = await startUpstreams([], {
    app: {
      targets: [`unix:${path}`],
      host: 'rewrite',
      health: { path: '/health', interval: '20ms', timeout: '30s' },
    },
  })
  while (!asked.includes('GET /health of localhost')) await once(server, 'request')
  expect(await (await fetchOn(own.port, URL)).text()).toBe('read 0')
  const body = 'x'.repeat(100_000)
  const answer = await fetchOn(own.port, URL, { method: 'POST', body })
  expect(await answer.text()).toBe('read 100000')
  expect(asked).toContain('POST /page of localhost')
  expect(used.size).toBe(1)
  expect(await sendRaw(own.port, handshake('acme.localhost', '/ws'))).toMatch(
    /^HTTP\/1.1 101 [^]*\r\n\r\n\/ws$/,
  )
  expect(targetsOf(own)).toMatchObject([{ name: `unix:${path}`, state: 'up' }])
})

test('where nobody listens: 502, and the log names it', async () => {
  const nobody = join(folder, 'nobody.sock')
  await using own = await startUpstreams([], { app: { targets: [`unix:${nobody}`] } })
  expect((await fetchOn(own.port, URL)).status).toBe(502)
  const line = await own.line(({ status }) => status === 502)
  expect(JSON.stringify(line)).toContain(`unix:${nobody}`)
})
