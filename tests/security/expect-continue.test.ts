import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, test } from '@jest/globals'
import { connectRaw, sendRaw } from '../support/http.ts'
import {
  startStubbed,
  stubShared,
  stubUpstreams,
  type StubbedGateway,
} from '../support/stub-app.ts'
import { collectRaw, readUntil } from './support.ts'

// A client that waits for `100 Continue` is told to send its body when the request may go on, and once: never before a refusal.

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n'
const EXPECT = 'Expect: 100-continue\r\nContent-Length: 5\r\n'

const head = (host: string, lines: string, method = 'POST', version = '1.1'): string =>
  `${method} / HTTP/${version}\r\nHost: ${host}\r\n${lines}\r\n`

/** Answers with the body, and sends a 100 of its own before. */
function eager(req: IncomingMessage, res: ServerResponse): void {
  res.writeContinue()
  req.pipe(res)
}

function statusesIn(text: string): string[] {
  return [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status = '']) => status)
}

describe('refused', () => {
  const start = (): Promise<StubbedGateway> =>
    startStubbed((_req, res) => res.end(), {
      files: {
        'config/tenants/gone.json': { app: 'acme', hosts: ['gone.localhost'], suspended: true },
        'config/tenants/globex.json': {
          app: 'acme',
          hosts: ['globex.localhost'],
          limits: { rate: { perSecond: 1, burst: 1 } },
        },
      },
    })

  test.each([
    ['an unknown host', head('nobody.localhost', EXPECT), '404'],
    ['no host', 'POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n', '400'],
    ['a suspended tenant', head('gone.localhost', EXPECT), '404'],
    ['an alias', head('www.acme.test', EXPECT), '308'],
    [
      'a body too large',
      head('acme.localhost', 'Expect: 100-Continue\r\nContent-Length: 9999999999\r\n'),
      '413',
    ],
  ])('%s: only that is answered, and the connection closed', async (_what, bytes, status) => {
    await using stub = await start()
    const text = await sendRaw(stub.port, bytes)
    expect(statusesIn(text)).toEqual([status])
    expect(text).toMatch(/\r\nconnection: close\r\n/i)
    expect(stub.seen).toEqual([])
  })

  test('too fast: not one more 100 than requests that go on', async () => {
    await using stub = await start()
    const bytes = `${head('globex.localhost', `${EXPECT}Connection: close\r\n`)}hello`
    const answers = await Promise.all(Array.from({ length: 20 }, () => sendRaw(stub.port, bytes)))
    const all = answers.map((text) => statusesIn(text).join())
    expect(new Set(all)).toEqual(new Set(['100,200', '429']))
  })
})

test('in turn: not before the answer to the request ahead of it', async () => {
  let answerFirst = (): void => {}
  await using stub = await startStubbed((req, res) => {
    if (req.method === 'GET') answerFirst = () => res.end('first\n')
    else req.pipe(res)
  })
  const asked = once(stub.app, 'request')
  const { socket, closed } = await collectRaw(stub.port)
  socket.write(head('acme.localhost', '', 'GET'))
  socket.write(`${head('acme.localhost', `${EXPECT}Connection: close\r\n`)}hello`)
  await asked
  answerFirst()
  expect(statusesIn(await closed)).toEqual(['200', '100', '200'])
})

test('HTTP/1.0 knows no 100', async () => {
  await using stub = await startStubbed((req, res) => void req.pipe(res))
  const text = await sendRaw(stub.port, `${head('acme.localhost', EXPECT, 'POST', '1.0')}hello`)
  expect(statusesIn(text)).toEqual(['200'])
})

describe.each([
  ['a child', () => {}],
  ['an upstream', stubUpstreams],
  ['the shared runtime', stubShared],
])('let through to %s', (_kind, choose) => {
  test('the client is told once, whatever the app says, and its body arrives', async () => {
    choose()
    await using stub = await startStubbed(eager)
    const socket = await connectRaw(stub.port)
    socket.write(head('acme.localhost', `${EXPECT}Connection: close\r\n`))
    expect(await readUntil(socket, '\r\n\r\n')).toBe(CONTINUE)
    socket.write('hello')
    const rest = (await socket.setEncoding('latin1').toArray()).join('')
    expect(statusesIn(rest)).toEqual(['200'])
    expect(rest).toContain('hello')
  })
})
