import { createHook } from 'node:async_hooks'
import { once } from 'node:events'
import { createServer, request, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { brotliDecompressSync, createGunzip, gunzipSync } from 'node:zlib'
import { expect, test } from '@jest/globals'
import type { CompressionPlan } from '../../gateway/src/http/answer-compression.ts'
import { Answer } from '../../gateway/src/http/answer.ts'
import { Received } from '../../gateway/src/http/received.ts'

// A real server whose answers are compressed while they are sent.

const TEXT = 'a line of text\n'.repeat(500)
const GZIP: CompressionPlan = { to: 'gzip', minBytes: 1000 }

interface Server extends AsyncDisposable {
  ask(method?: string): Promise<IncomingMessage>
}

async function serve(
  write: (res: Answer, req: Received) => void,
  plan: CompressionPlan | undefined = GZIP,
): Promise<Server> {
  const server = createServer({ IncomingMessage: Received, ServerResponse: Answer }, (req, res) => {
    res.compression = plan
    write(res, req)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    async ask(method = 'GET') {
      const sent = request({ host: '127.0.0.1', port, method, agent: false })
      sent.on('error', () => {})
      sent.end()
      const [answer] = (await once(sent, 'response')) as [IncomingMessage]
      answer.on('error', () => {})
      return answer
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const PLAIN = { 'content-type': 'text/plain' }

// Every way in which an answer may be written.
test.each<[string, (res: Answer) => unknown]>([
  ['a head, then an end', (res) => res.writeHead(200, PLAIN).end(TEXT)],
  [
    'a head with a length',
    (res) => res.writeHead(200, { ...PLAIN, 'Content-Length': 7500 }).end(TEXT),
  ],
  [
    'a flat head',
    (res) => res.writeHead(200, ['Content-Type', 'text/plain', 'Content-Length', '7500']).end(TEXT),
  ],
  ['a head with a message', (res) => res.writeHead(200, 'Fine', PLAIN).end(TEXT)],
  [
    'a head with nothing behind',
    (res) =>
      res.setHeader('content-type', 'text/plain').writeHead(200, 'Fine', undefined).end(TEXT),
  ],
  ['set headers', (res) => res.setHeader('Content-Type', 'text/plain').end(TEXT)],
  [
    'set headers and a length',
    (res) =>
      res
        .setHeaders(
          new Map([
            ['content-type', 'text/plain'],
            ['content-length', '7500'],
          ]),
        )
        .end(Buffer.from(TEXT)),
  ],
  [
    'set and given headers',
    (res) => res.setHeader('content-length', 7500).writeHead(200, PLAIN).end(TEXT),
  ],
  [
    'set and flat headers',
    (res) =>
      res
        .setHeader('content-length', 7500)
        .writeHead(200, ['content-type', 'text/plain'])
        .end(TEXT),
  ],
  [
    'writes',
    (res) => {
      res.setHeader('content-type', 'text/plain')
      res.write(TEXT.slice(0, 100))
      res.write(Buffer.from(TEXT.slice(100, 200)), () => res.end(TEXT.slice(200)))
    },
  ],
  [
    'a flushed head',
    (res) => {
      res.setHeader('content-type', 'text/plain').flushHeaders()
      res.end(TEXT, 'latin1')
    },
  ],
])('%s', async (_, write) => {
  await using server = await serve(write)
  const answer = await server.ask()
  const { headers } = answer
  expect([headers['content-encoding'], headers['vary'], headers['content-length']]).toEqual([
    'gzip',
    'Accept-Encoding',
    undefined,
  ])
  expect(gunzipSync(await buffer(answer)).toString()).toBe(TEXT)
})

test.each<[string, number, Record<string, string>, string?]>([
  ['an image', 200, { 'content-type': 'image/png' }],
  ['no type', 200, {}],
  ['what is encoded', 200, { ...PLAIN, 'content-encoding': 'br' }],
  ['no-transform', 200, { ...PLAIN, 'cache-control': 'public, no-transform' }],
  ['No-Transform', 200, { ...PLAIN, 'cache-control': 'public,No-Transform' }],
  ['a part', 206, { ...PLAIN, 'content-range': 'bytes 0-7499/9000' }],
  ['what is short', 200, { ...PLAIN, 'content-length': '999' }, 'x'.repeat(999)],
  ['nothing', 200, { ...PLAIN, 'content-length': '0' }, ''],
])('%s stays as it is', async (_, status, headers, body = TEXT) => {
  await using server = await serve((res) => res.writeHead(status, headers).end(body))
  const answer = await server.ask()
  expect(answer.headers['content-encoding']).toBe(headers['content-encoding'])
  expect(answer.headers['vary']).toBe(undefined)
  expect((await buffer(answer)).toString()).toBe(body)
})

test.each([204, 304])('a %i stays as it is', async (status) => {
  await using server = await serve((res) => res.writeHead(status, PLAIN).end())
  const answer = await server.ask()
  expect([answer.statusCode, answer.headers['content-encoding']]).toEqual([status, undefined])
  expect((await buffer(answer)).length).toBe(0)
})

test('a short body that is ended as a whole keeps its length', async () => {
  await using server = await serve((res) =>
    res.setHeader('content-type', 'text/plain').end('short'),
  )
  const { headers } = await server.ask()
  expect([headers['content-length'], headers['content-encoding']]).toEqual(['5', undefined])
})

test.each([
  ['HEAD', GZIP],
  ['GET', { to: 'identity', minBytes: 1000 } as const],
])('a %s of %j says only that the answer varies', async (method, plan) => {
  await using server = await serve(
    (res) => res.setHeader('content-type', 'text/plain').end(TEXT),
    plan,
  )
  const answer = await server.ask(method)
  const { headers } = answer
  expect([headers['content-encoding'], headers['vary']]).toEqual([undefined, 'Accept-Encoding'])
  expect((await buffer(answer)).toString()).toBe(method === 'HEAD' ? '' : TEXT)
})

test.each([
  ['"a"', undefined, 'W/"a"', 'Accept-Encoding'],
  ['W/"a"', 'rsc', 'W/"a"', 'rsc, Accept-Encoding'],
  ['"a"', 'accept-encoding, rsc', 'W/"a"', 'accept-encoding, rsc'],
  ['"a"', 'X-Accept-Encoding', 'W/"a"', 'X-Accept-Encoding, Accept-Encoding'],
  ['"a"', '*', 'W/"a"', '*'],
])('ETag: %s, Vary: %s', async (etag, vary, weak, varies) => {
  const headers = { ...PLAIN, ETag: etag, 'Accept-Ranges': 'bytes', ...(vary && { Vary: vary }) }
  for (const given of [headers, Object.entries(headers).flat()]) {
    await using server = await serve((res) => res.writeHead(200, given).end(TEXT))
    const answer = await server.ask()
    expect([answer.headers.etag, answer.headers.vary, answer.headers['accept-ranges']]).toEqual([
      weak,
      varies,
      undefined,
    ])
  }
})

test('brotli', async () => {
  await using server = await serve((res) => res.writeHead(200, PLAIN).end(TEXT), {
    to: 'br',
    minBytes: 0,
  })
  expect(brotliDecompressSync(await buffer(await server.ask())).toString()).toBe(TEXT)
})

test('trailers go out behind the compressed body', async () => {
  await using server = await serve((res) => {
    res.writeHead(200, { ...PLAIN, trailer: 'x-sum' })
    res.write(TEXT)
    res.addTrailers({ 'x-sum': '1' })
    res.end()
  })
  const answer = await server.ask()
  expect(gunzipSync(await buffer(answer)).toString()).toBe(TEXT)
  expect(answer.trailers['x-sum']).toBe('1')
})

test('each chunk arrives before the next is written', async () => {
  let answerer: Answer | undefined
  await using server = await serve((res) => {
    answerer = res
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    res.write('data: 1\n\n')
  })
  const lines = (await server.ask()).pipe(createGunzip()).setEncoding('utf8')
  for (const n of [1, 2, 3]) {
    const [text] = await once(lines, 'data')
    expect(text).toBe(`data: ${n}\n\n`)
    if (n < 3) answerer?.write(`data: ${n + 1}\n\n`)
  }
  answerer?.end()
  await once(lines, 'end')
})

test('a slow reader holds the writer back, and gets all of it', async () => {
  const block = Buffer.from(Array.from({ length: 65_536 }, (_, i) => (i * i * 7919) >> 5))
  const blocks = 400
  let written = 0
  let waits = 0
  await using server = await serve((res) => {
    res.writeHead(200, PLAIN)
    const write = (): void => {
      while (written < blocks) {
        written++
        if (!res.write(block)) {
          waits++
          res.once('drain', write)
          return
        }
      }
      res.end()
    }
    write()
  })
  const answer = await server.ask()
  await once(answer, 'readable')
  // Nobody reads on: what is written stays far below the whole.
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(written).toBeLessThan(blocks)
  const body = await buffer(answer.pipe(createGunzip()))
  expect([body.length, written, waits > 0]).toEqual([blocks * block.length, blocks, true])
})

test('a client that leaves frees the compression', async () => {
  const handles = new Set<number>()
  const hook = createHook({
    init: (id, type) => void (type === 'ZLIB' && handles.add(id)),
    destroy: (id) => void handles.delete(id),
  }).enable()
  let answerer: Answer | undefined
  await using server = await serve((res) => {
    answerer = res
    res.writeHead(200, PLAIN)
    res.write(TEXT)
  })
  const answer = await server.ask()
  await once(answer, 'data')
  expect(handles.size).toBe(1)
  answer.destroy()
  if (answerer?.closed === false) await once(answerer, 'close')
  answerer?.write(TEXT)
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let turn = 0; turn < 100 && handles.size > 0; turn++) {
    collect()
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect([handles.size, answerer?.closed]).toEqual([0, true])
  hook.disable()
})
