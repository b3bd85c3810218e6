import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, test } from '@jest/globals'
import { connectRaw, open } from '../../support/http.ts'
import { startUpstreams } from '../../support/upstreams.ts'

// What is read of a target is on its way to a client while the same memory takes the next bytes: nobody may get another's.

/** More than the system takes of an answer that nobody reads. */
const SIZE = 14_000_000
/** So little that a client that reads slowly does not stop the target at once. */
const PIECE = 7000

/** Bytes that tell for whom they are, and which they are. */
function bytesFor(url: string, size: number): Buffer {
  return Buffer.alloc(size, `${url} `)
}

/** `/sized/…`, `/chunked/…`, `/cached/…` or `/plain/…`, and how many bytes. */
function answer(req: IncomingMessage, res: ServerResponse): void {
  const url = req.url ?? ''
  const [, kind, , size] = url.split('/')
  const body = bytesFor(url, Number(size))
  if (kind !== 'chunked') res.setHeader('content-length', body.length)
  if (kind === 'cached') res.setHeader('cache-control', 'public, max-age=60')
  if (kind === 'sized') writePieces(body, res)
  else res.end(body)
}

/** Each in a packet of its own. */
function writePieces(body: Buffer, res: ServerResponse): void {
  const piece = body.subarray(0, PIECE)
  const rest = body.subarray(PIECE)
  const goOn = (): void => writePieces(rest, res)
  if (rest.length === 0) res.end(piece)
  else if (res.write(piece)) setImmediate(goOn)
  else res.once('drain', goOn)
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

async function bodyOf(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  answer.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(answer, 'end')
  return Buffer.concat(chunks)
}

test('each client gets its own bytes, however slow others are', async () => {
  await using own = await startUpstreams([answer, answer])
  const fetchOne = (url: string): Promise<IncomingMessage> => {
    // Otherwise the cache asks, which takes copies of all that comes.
    const headers: Record<string, string> = url.startsWith('/cached/') ? {} : { authorization: 'a' }
    return open(own.port, `http://acme.localhost${url}`, { headers })
  }
  const slow = ['sized', 'chunked', 'cached'].flatMap((kind) =>
    Array.from({ length: 3 }, (_, i) => `/${kind}/slow-${i}/${SIZE}`),
  )
  // Their answers have begun, and nobody reads on.
  const waiting = await Promise.all(slow.map(fetchOne))
  const fast = Array.from({ length: 300 }, (_, i) => {
    const kind = ['sized', 'chunked', 'cached'][i % 3] ?? ''
    return `/${kind}/fast-${i % 60}/${[100, 4096, 4097, 70_000, 300_000][i % 5]}`
  })
  for (let i = 0; i < fast.length; i += 20) {
    const some = fast.slice(i, i + 20)
    const bodies = await Promise.all(some.map(async (url) => bodyOf(await fetchOne(url))))
    for (const [j, url] of some.entries()) {
      expect(hashOf(bodies[j] as Buffer)).toBe(hashOf(bytesFor(url, Number(url.split('/')[3]))))
    }
  }
  const bodies = await Promise.all(waiting.map(bodyOf))
  for (const [j, url] of slow.entries()) {
    expect(hashOf(bodies[j] as Buffer)).toBe(hashOf(bytesFor(url, SIZE)))
  }
  // What was stored is the same as well.
  for (const url of fast.filter((each) => each.startsWith('/cached/'))) {
    const stored = await bodyOf(await fetchOne(url))
    expect(hashOf(stored)).toBe(hashOf(bytesFor(url, Number(url.split('/')[3]))))
  }
})

/** Of an answer whose head and body are written as one. */
const WHOLE = 30_000
const AT_ONCE = 20

test.each(['cached', 'plain'])(
  "answers that go out at once are nobody else's where a client reads late: %s",
  async (kind) => {
    await using own = await startUpstreams([answer])
    const late = `/${kind}/late/${WHOLE}`
    const other = `/${kind}/other/${WHOLE}`
    const served = (): number => own.log.filter(({ path }) => path === late).length
    const socket = await connectRaw(own.port)
    const head = `GET ${late} HTTP/1.1\r\nHost: acme.localhost\r\n`
    socket.setEncoding('latin1').pause()
    let asked = 0
    // Until the system takes no more of what nobody reads.
    while (served() >= asked - AT_ONCE) {
      socket.write(`${head}\r\n`.repeat(AT_ONCE))
      asked += AT_ONCE
      for (let i = 0; i < AT_ONCE; i++) {
        const body = await bodyOf(await open(own.port, `http://acme.localhost${other}`))
        expect(body.equals(bytesFor(other, WHOLE))).toBe(true)
      }
    }
    socket.write(`${head}Connection: close\r\n\r\n`)
    let text = ''
    socket.on('data', (piece) => (text += String(piece))).resume()
    await once(socket, 'end')
    const bodies = text.split(/HTTP\/1\.1 200 OK\r\n[^]*?\r\n\r\n/).slice(1)
    const expected = bytesFor(late, WHOLE).toString('latin1')
    expect(bodies.length).toBe(asked + 1)
    expect(bodies.filter((body) => body !== expected).length).toBe(0)
  },
)
