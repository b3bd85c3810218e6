import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, test } from '@jest/globals'
import { open } from '../../support/http.ts'
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

/** `/sized/…`, `/chunked/…` or `/cached/…`, and how many bytes. */
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
