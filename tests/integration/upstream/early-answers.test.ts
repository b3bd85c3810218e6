import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { readBeforeDestroy } from '../../../gateway/dist/instances/forward/last-read.js'
import { sendBody } from '../../support/body.ts'
import { connectRaw, fetchOn } from '../../support/http.ts'
import { startServer, startUpstreams, targetsOf } from '../../support/upstreams.ts'

// A target that does not want an upload answers, or closes, before it has all of it. A stranger can make it do so as often as he likes.

const SIZE = 5_000_000
const UPLOADS = 30

/** Many in one packet. */
const CHUNKS = `400\r\n${'x'.repeat(1024)}\r\n`.repeat(50)
const FRAMINGS = {
  'a length': { field: `Content-Length: ${SIZE}`, piece: undefined },
  chunks: { field: 'Transfer-Encoding: chunked', piece: Buffer.from(CHUNKS) },
}

/** Writes as long as it is taken. @returns all that is read */
async function upload(port: number, framing: keyof typeof FRAMINGS = 'a length'): Promise<string> {
  const { field, piece } = FRAMINGS[framing]
  const socket = await connectRaw(port)
  let answer = ''
  socket.setEncoding('latin1').on('data', (text) => (answer += String(text)))
  socket.on('error', () => {})
  socket.write(`POST / HTTP/1.1\r\nHost: acme.localhost\r\nConnection: close\r\n${field}\r\n\r\n`)
  sendBody(socket, SIZE, piece)
  await new Promise((resolve) => socket.once('close', resolve))
  return answer
}

const BODY = 'too large'
const refuse: RequestListener = (req, res) => {
  if (req.method === 'GET') res.end('well')
  else res.writeHead(413, { Connection: 'close', 'Content-Length': BODY.length }).end(BODY)
}

test.each(['a length', 'chunks'] as const)(
  'an answer before the end of an upload arrives, whole, and is no failure of the target: %s',
  async (framing) => {
    await using own = await startUpstreams([refuse])
    const uploads = Array.from({ length: UPLOADS }, () => upload(own.port, framing))
    for (const answer of await Promise.all(uploads)) {
      expect(answer.slice(0, 12)).toBe('HTTP/1.1 413')
      expect(answer.endsWith(BODY)).toBe(true)
    }
    expect(await (await fetchOn(own.port, 'http://acme.localhost/')).text()).toBe('well')
    expect(targetsOf(own)).toMatchObject([{ state: 'up', failures: 0, inFlight: 0 }])
  },
)

test('it is read where the event loop was held up for longer than it is waited for', async () => {
  const server = createTcpServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [[target]] = (await Promise.all([once(server, 'connection'), once(socket, 'connect')])) as [
    [Socket],
    unknown,
  ]
  let answer = ''
  socket.on('data', (piece) => (answer += piece.toString('latin1'))).on('error', () => {})
  readBeforeDestroy(socket, () => true)
  socket.destroy(Object.assign(new Error('write EPIPE'), { syscall: 'write' }))
  target.on('error', () => {}).write(BODY)
  for (const until = performance.now() + 80; performance.now() < until;);
  await new Promise((resolve) => socket.once('close', resolve))
  target.destroy()
  server.close()
  expect(answer).toBe(BODY)
})

test('the same without an answer: 502, and others are served', async () => {
  const wellBehaved = createServer((_req, res) => res.end('well'))
  const server = createTcpServer((socket) => {
    socket
      .on('error', () => {})
      .once('data', (head) => {
        if (head.toString('latin1').startsWith('POST')) socket.resetAndDestroy()
        else {
          socket.unshift(head)
          wellBehaved.emit('connection', socket)
        }
      })
  })
  await using own = await startUpstreams([await startServer(server)])
  const answers = await Promise.all(Array.from({ length: UPLOADS }, () => upload(own.port)))
  for (const answer of answers) expect(answer).toMatch(/^(?:HTTP\/1.1 502 |$)/)
  expect(await (await fetchOn(own.port, 'http://acme.localhost/')).text()).toBe('well')
  expect(targetsOf(own)).toMatchObject([{ state: 'up', failures: 0, inFlight: 0 }])
})
