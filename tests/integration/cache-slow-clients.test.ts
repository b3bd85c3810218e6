import type { RequestListener, ServerResponse } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { get, until } from '../support/cache.ts'
import { open } from '../support/http.ts'
import { startStubbed } from '../support/stub-app.ts'

// Answers that may be for many are read as fast as the app gives them, so that a slow client keeps nobody waiting. What is held for it is bounded: of
// one answer, and of all together, where no tenant takes the share of another.

const MEGABYTE = 1_048_576
/** More than all buffers of the system between an app and a client that reads nothing. */
const LARGE = Buffer.alloc(32 * MEGABYTE, 'large ')
/** More than is left where the next part of a large one was refused. */
const SMALL = 'small '.repeat(50_000)
const HEAD = { 'cache-control': 's-maxage=600', 'content-type': 'application/octet-stream' }

/** A large answer as it is taken from the app, part by part. */
interface Large {
  readonly res: ServerResponse
  bytes: number
}

function give(large: Large): void {
  const part = LARGE.subarray(large.bytes, large.bytes + 65_536)
  if (part.length === 0) large.res.end()
  else {
    large.res.write(part, (error) => {
      if (error) return
      large.bytes += part.length
      give(large)
    })
  }
}

/** It gives a small answer to all requests but those for large ones. */
function startApp(): { app: RequestListener; large: Large[] } {
  const large: Large[] = []
  const app: RequestListener = (req, res) => {
    res.writeHead(200, HEAD)
    if (req.url?.startsWith('/large') !== true) return void res.end(SMALL)
    const one = { res, bytes: 0 }
    large.push(one)
    return give(one)
  }
  return { app, large }
}

/** Nothing more goes from the app to the gateway. */
async function untilStill(all: readonly Large[]): Promise<void> {
  const sent = (): number => all.reduce((sum, { bytes }) => sum + bytes, 0)
  for (let before = -1; before !== sent();) {
    before = sent()
    for (let n = 0; n < 1000; n++) await turn()
  }
}

const isTaken = ({ bytes }: Large): boolean => bytes === LARGE.length

test('of an answer that is not too large, the whole is taken though its client reads nothing, and others get it', async () => {
  const { app, large } = startApp()
  const cache = { maxBytes: 256 * MEGABYTE, maxEntryBytes: 64 * MEGABYTE }
  await using stub = await startStubbed(app, { gateway: { cache } })
  const url = 'http://acme.localhost/large'
  const slow = await open(stub.port, url)
  const other = await get(stub, url)
  expect((await other.arrayBuffer()).byteLength).toBe(LARGE.length)
  expect(other.headers.get('cache-status')).toMatch(/; (?:collapsed|hit)/)
  expect(large.map(isTaken)).toEqual([true])
  slow.destroy()
})

test('of one that is too large, no more is held than may be stored', async () => {
  const { app, large } = startApp()
  const cache = { maxBytes: 256 * MEGABYTE, maxEntryBytes: MEGABYTE }
  // Its length is not known before.
  await using stub = await startStubbed(app, { gateway: { cache } })
  const slow = await open(stub.port, 'http://acme.localhost/large')
  await until(() => large.length === 1)
  await untilStill(large)
  expect(large[0]?.bytes).toBeGreaterThan(MEGABYTE)
  expect(large[0]?.bytes).toBeLessThan(LARGE.length / 2)
  slow.destroy()
})

test('of many for clients that read nothing, no more is held than cache.maxBytes', async () => {
  const { app, large } = startApp()
  const cache = { maxBytes: LARGE.length / 2, maxEntryBytes: 2 * LARGE.length }
  await using stub = await startStubbed(app, { gateway: { cache } })
  const urls = Array.from({ length: 3 }, (_, n) => `http://acme.localhost/large/${n}`)
  const slow = await Promise.all(urls.map((url) => open(stub.port, url)))
  await until(() => large.length === urls.length)
  await untilStill(large)
  const taken = large.reduce((sum, { bytes }) => sum + bytes, 0)
  expect(taken).toBeGreaterThan(cache.maxBytes)
  expect(large.map(isTaken)).toEqual(urls.map(() => false))
  // Who wants the same and reads it does not wait for who does not.
  const other = await get(stub, urls[0])
  expect((await other.arrayBuffer()).byteLength).toBe(LARGE.length)
  // For now this tenant has all that it may have; the other one has its share.
  const small = async (tenant: string): Promise<string | null> => {
    const answer = await get(stub, `http://${tenant}.localhost/small`)
    expect(await answer.text()).toBe(SMALL)
    return answer.headers.get('cache-status')
  }
  expect([await small('acme'), await small('acme')].join()).not.toContain('; hit')
  expect([await small('globex'), await small('globex')].join()).toContain('; hit')
  // When they have left, all is as before.
  for (const client of slow) client.destroy()
  await until(() => stub.gateway.held.requests === 0)
  await small('acme')
  expect(await small('acme')).toContain('; hit')
})

test('what breaks off, and what nobody waits for any more, is not held', async () => {
  const part = Buffer.alloc(MEGABYTE / 4, 'part ')
  const begun: ServerResponse[] = []
  await using stub = await startStubbed(
    (req, res) => {
      res.writeHead(200, HEAD)
      if (req.url?.startsWith('/part') === true) begun.push(res)
      res.write(part)
      if (req.url === '/whole') res.end()
    },
    { gateway: { cache: { maxBytes: MEGABYTE } } },
  )
  for (let n = 0; n < 12; n++) {
    const answer = await open(stub.port, `http://acme.localhost/part/${n}`)
    let bytes = 0
    for await (const chunk of answer.iterator({ destroyOnReturn: false })) {
      bytes += (chunk as Buffer).length
      if (bytes === part.length) break
    }
    // Of some the client leaves, of the others the app fails.
    if (n % 2 === 0) answer.destroy()
    begun[n]?.destroy()
    await until(() => stub.gateway.held.requests === 0)
  }
  const url = 'http://acme.localhost/whole'
  expect(await (await get(stub, url)).text()).toBe(part.toString())
  expect((await get(stub, url)).headers.get('cache-status')).toContain('; hit')
})
