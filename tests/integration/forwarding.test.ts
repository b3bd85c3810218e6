import { once } from 'node:events'
import { request, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { connectRaw, fetchOn, open, sendRaw } from '../support/http.ts'
import { startStubbed, type StubbedGateway } from '../support/stub-app.ts'
import { handshake } from '../support/web-sockets.ts'

// How requests and answers go through http-proxy, and what it gets wrong by itself.

test('paths reach the app byte for byte', async () => {
  await using stub = await startStubbed((_req, res) => res.end())
  for (const path of ['//a//b', '/a/../b', '/%2e%2e/x', '/a%2Fb', '/?a=//b', '/x?y?z', '/\\x']) {
    await sendRaw(
      stub.port,
      `GET ${path} HTTP/1.1\r\nHost: acme.localhost\r\nConnection: close\r\n\r\n`,
    )
  }
  expect(stub.seen).toEqual([
    'GET //a//b',
    'GET /a/../b',
    'GET /%2e%2e/x',
    'GET /a%2Fb',
    'GET /?a=//b',
    'GET /x?y?z',
    'GET /\\x',
  ])
})

test('the head of an answer does not wait for its body', async () => {
  let finish = (): void => {}
  await using stub = await startStubbed((_req, res) => {
    res.flushHeaders()
    finish = () => res.end('body')
  })
  const answer = await open(stub.port, 'http://acme.localhost/')
  expect(answer.statusCode).toBe(200)
  finish()
  const [chunk] = (await once(answer, 'data')) as [Buffer]
  expect(String(chunk)).toBe('body')
})

test('early hints and trailers are handed on', async () => {
  await using stub = await startStubbed((_req, res) => {
    res.writeEarlyHints({ link: '</a.css>; rel=preload' })
    res.writeHead(200, { trailer: 'x-sum' })
    res.write('body')
    res.addTrailers({ 'x-sum': '42' })
    res.end()
  })
  const sent = request({
    host: '127.0.0.1',
    port: stub.port,
    headers: { host: 'acme.localhost' },
    agent: false,
  })
  const hints: unknown[] = []
  sent.on('information', (info) => hints.push(info.headers['link']))
  sent.end()
  const [answer] = (await once(sent, 'response')) as [import('node:http').IncomingMessage]
  await once(answer.resume(), 'end')
  expect(hints).toEqual(['</a.css>; rel=preload'])
  expect(answer.trailers).toEqual({ 'x-sum': '42' })
})

const HINTS = [
  [
    'two links in a line',
    'Link: </a>; rel=preload, </b>; rel=preload',
    ['</a>; rel=preload', '</b>; rel=preload'],
  ],
  [
    'two lines',
    'Link: </a>; rel=preload\r\nLink: </b>;rel="preload"',
    ['</a>; rel=preload', '</b>;rel="preload"'],
  ],
  ['a comma in a URL', 'Link: </a,b>; rel=preload', ['</a,b>; rel=preload']],
  ['a space in a parameter', 'Link: </a>; title="a, b", </b>; rel=preload', ['</b>; rel=preload']],
  ['what is no link', 'Link: nothing, <', []],
  ['what takes long to refuse', `Link: </a>${';a=b'.repeat(60)} "`, []],
  ['no link', 'X-Other: 1', []],
] as const

test.each(HINTS)('early hints with %s', async (_what, lines, links) => {
  await using stub = await startStubbed((req, res) => {
    const inform = (status: number): boolean =>
      req.socket.write(`HTTP/1.1 ${status} Informed\r\n${lines}\r\nX-More: \xff\r\n\r\n`, 'latin1')
    for (const status of [102, 103, 104, 199]) inform(status)
    res.end('answered')
  })
  const answer = await sendRaw(
    stub.port,
    'GET / HTTP/1.1\r\nHost: acme.localhost\r\nConnection: close\r\n\r\n',
  )
  const hints =
    links.length === 0 ? '' : `HTTP/1.1 103 Early Hints\r\nLink: ${links.join(', ')}\r\n\r\n`
  expect(answer.startsWith(`${hints}HTTP/1.1 200 OK\r\n`)).toBe(true)
  expect(answer).toContain('answered')
})

/** How often the app's target is said to have failed, where it is reached as one. */
function failuresOf({ gateway }: StubbedGateway): number {
  return gateway.status().apps[0]?.instances[0]?.targets?.[0]?.failures ?? 0
}

const CHUNKED = 'Transfer-Encoding: chunked\r\n'
const ETAG = 'ETag: "a"\r\n'

test.each([
  ['HEAD', 'HEAD / HTTP/1.1', CHUNKED, '', '200 OK'],
  ['HTTP/1.0', 'GET / HTTP/1.0', CHUNKED, '2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n', '200 OK'],
  ['HTTP/1.0, POST', 'POST / HTTP/1.0', CHUNKED, '2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n', '200 OK'],
  ['a length', 'GET / HTTP/1.1', 'Content-Length: 2\r\n', 'ok', '200 OK'],
  ['no content', 'GET / HTTP/1.1', CHUNKED, '', '204 No Content'],
  ['what the client has', `GET / HTTP/1.1\r\nIf-None-Match: "a"`, ETAG, '', '304 Not Modified'],
  [
    'what the client has already',
    `GET / HTTP/1.1\r\nIf-None-Match: "a"`,
    `${ETAG}Cache-Control: max-age=9\r\n${CHUNKED}`,
    '2\r\nok\r\n0\r\n\r\n',
    '304 Not Modified',
    '200 OK',
  ],
])(
  'trailers are not announced where there can be none: %s',
  async (_what, line, headers, body, status, own = status) => {
    await using stub = await startStubbed((req) => {
      req.socket.end(`HTTP/1.1 ${own}\r\nTrailer: x-sum\r\n${headers}\r\n${body}`)
    })
    const answer = await sendRaw(
      stub.port,
      `${line}\r\nHost: acme.localhost\r\nConnection: close\r\n\r\n`,
    )
    expect(answer.startsWith(`HTTP/1.1 ${status}\r\n`)).toBe(true)
    expect(answer).not.toMatch(/^trailer:/im)
    expect(failuresOf(stub)).toBe(0)
  },
)

test('a reason that must not be written is left out', async () => {
  await using stub = await startStubbed((req) => {
    req.socket.end('HTTP/1.1 200 O\x01K\r\nContent-Length: 2\r\n\r\nok')
  })
  const get = 'GET / HTTP/1.1\r\nHost: acme.localhost\r\n'
  const plain = await sendRaw(stub.port, `${get}Connection: close\r\n\r\n`)
  expect(plain).toMatch(/^HTTP\/1.1 200 \r\n[^]*ok$/)
  stub.app.on('upgrade', (_req, socket) => {
    socket.end('HTTP/1.1 403 N\x01o\r\nContent-Length: 2\r\n\r\nno')
  })
  const refused = await sendRaw(stub.port, handshake('acme.localhost'))
  expect(refused).toMatch(/^HTTP\/1.1 403 \r\n[^]*no$/)
})

test('a file name in UTF-8 is handed on byte for byte, whether the connection is kept or not', async () => {
  const line = 'Content-Disposition: attachment; filename="€ü.txt"'
  await using stub = await startStubbed((req) => {
    req.socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n${line}\r\n\r\nok`)
  })
  const get = 'GET / HTTP/1.1\r\nHost: acme.localhost\r\n'
  const both = await sendRaw(stub.port, `${get}\r\n${get}Connection: close\r\n\r\n`)
  const answers = both.split('HTTP/1.1 200 OK\r\n').slice(1)
  expect(answers).toHaveLength(2)
  for (const answer of answers) {
    expect(Buffer.from(answer, 'latin1').toString()).toContain(`${line}\r\n`)
    expect(answer).toMatch(/\r\ncontent-length: 2\r\n[^]*\r\n\r\nok$/i)
  }
})

test('an answer that cannot be written: 502, in its own words', async () => {
  await using stub = await startStubbed((req) => {
    req.socket.end('HTTP/1.1 099 Odd\r\nContent-Length: 2\r\n\r\nok')
  })
  const answer = await sendRaw(
    stub.port,
    'GET / HTTP/1.1\r\nHost: acme.localhost\r\nConnection: close\r\n\r\n',
  )
  expect(answer).toMatch(/^HTTP\/1.1 502 Bad Gateway\r\n/)
  expect(failuresOf(stub)).toBe(0)
})

test('a client of HTTP/1.0 gets no early hints', async () => {
  await using stub = await startStubbed((_req, res) => {
    res.writeEarlyHints({ link: '</a>; rel=preload' }, () => res.end('answered'))
  })
  const answer = await sendRaw(stub.port, 'GET / HTTP/1.0\r\nHost: acme.localhost\r\n\r\n')
  expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*answered$/)
})

test('a client that reads nothing is sent no more early hints than there is room for', async () => {
  const size = 4000
  const count = 20_000
  const hint = `HTTP/1.1 103 Early Hints\r\nLink: <${'a'.repeat(size)}>\r\n\r\n`
  await using stub = await startStubbed((req, res) => {
    let left = count
    const hintOn = (): void => {
      while (--left > 0) if (!req.socket.write(hint)) return
      req.socket.off('drain', hintOn)
      res.end('answered')
    }
    req.socket.on('drain', hintOn)
    hintOn()
  })
  const ended = once(stub.app, 'request').then(([, res]) => once(res as ServerResponse, 'finish'))
  const socket = await connectRaw(stub.port)
  socket.pause().write('GET / HTTP/1.1\r\nHost: acme.localhost\r\nConnection: close\r\n\r\n')
  await ended
  let bytes = 0
  for await (const chunk of socket) bytes += (chunk as Buffer).length
  expect(bytes).toBeGreaterThan(size)
  expect(bytes).toBeLessThan((size * count) / 2)
})

test('trailers of a request are handed on, but none that says what only the gateway may say', async () => {
  let trailers: unknown
  await using stub = await startStubbed((req, res) => {
    req.resume().once('end', () => {
      trailers = req.trailers
      res.end()
    })
  })
  await sendRaw(
    stub.port,
    'POST / HTTP/1.1\r\nHost: acme.localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 42\r\nX-Tenant-Id: globex\r\n\r\n',
  )
  expect(trailers).toEqual({ 'x-sum': '42' })
})

test('Expect: 100-continue is answered and the body arrives', async () => {
  await using stub = await startStubbed((req, res) => void req.pipe(res))
  const answer = await sendRaw(
    stub.port,
    'POST / HTTP/1.1\r\nHost: acme.localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello',
  )
  expect(answer).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK/)
  expect(answer).toContain('hello')
})

test('several Set-Cookie headers stay several', async () => {
  await using stub = await startStubbed((_req, res) => {
    res.setHeader('set-cookie', ['a=1', 'b=2'])
    res.end()
  })
  const answer = await fetchOn(stub.port, 'http://acme.localhost/')
  expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
})

test('hop-by-hop headers of an answer are not handed on', async () => {
  await using stub = await startStubbed((_req, res) => {
    res.writeHead(200, {
      connection: 'keep-alive, x-inner',
      'x-inner': '1',
      'keep-alive': 'timeout=1',
    })
    res.end('ok')
  })
  const answer = await fetchOn(stub.port, 'http://acme.localhost/')
  expect(answer.headers.get('x-inner')).toBeNull()
  expect(answer.headers.get('keep-alive')).not.toBe('timeout=1')
})

test("a client's Connection: close does not close the connection to the app", async () => {
  const sockets = new Set<Socket>()
  await using stub = await startStubbed((req, res) => {
    sockets.add(req.socket)
    res.end()
  })
  for (let i = 0; i < 5; i++) {
    const answer = await sendRaw(
      stub.port,
      'GET / HTTP/1.1\r\nHost: acme.localhost\r\nConnection: close\r\n\r\n',
    )
    expect(answer).toContain('Connection: close')
  }
  expect(sockets.size).toBe(1)
})

test('a kept-alive socket that the app closes under a GET: asked again, and answered', async () => {
  const used = new Set<Socket>()
  await using stub = await startStubbed((req, res) => {
    if (used.has(req.socket)) req.socket.destroy()
    else {
      used.add(req.socket)
      res.end('answered')
    }
  })
  for (let i = 0; i < 5; i++) {
    const answer = await fetchOn(stub.port, 'http://acme.localhost/')
    expect([answer.status, await answer.text()]).toEqual([200, 'answered'])
  }
})

test('the same under a POST: 502, as it may have been carried out', async () => {
  const used = new Set<Socket>()
  await using stub = await startStubbed((req, res) => {
    if (used.has(req.socket)) req.socket.destroy()
    else {
      used.add(req.socket)
      req.resume().once('end', () => res.end('answered'))
    }
  })
  const post = { method: 'POST', body: 'x' }
  expect((await fetchOn(stub.port, 'http://acme.localhost/', post)).status).toBe(200)
  expect((await fetchOn(stub.port, 'http://acme.localhost/', post)).status).toBe(502)
})

test('an app that is cut off in mid-body resets the client; what it sent never looks complete', async () => {
  await using stub = await startStubbed((_req, res) => {
    res.writeHead(200)
    res.write('half', () => res.destroy())
  })
  const answer = await open(stub.port, 'http://acme.localhost/')
  const [error] = (await once(answer.resume(), 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ECONNRESET')
})

test('a silent app that closes without an answer: 502', async () => {
  await using stub = await startStubbed((req) => void req.socket.destroy())
  const answer = await fetchOn(stub.port, 'http://acme.localhost/', { method: 'POST', body: 'x' })
  expect(answer.status).toBe(502)
  const line = stub.log.find((entry) => entry['status'] === 502)
  expect(line).toMatchObject({ event: 'request', served: 'acme#1', tenant: 'acme' })
})
