import type { ServerResponse } from 'node:http'
import { afterEach, expect, jest, test } from '@jest/globals'
import { requests, settled, text, until } from '../support/cache.ts'
import { open } from '../support/http.ts'
import { startStubbed } from '../support/stub-app.ts'

// What the cache fetches though no client waits for it is bounded, in number and in time.

const MANY = 12
const AT_ONCE = 3
const GATEWAY = { gateway: { cache: { maxBackground: AT_ONCE } } }
const urlOf = (n: number): string => `http://acme.localhost/${n}`

afterEach(() => {
  jest.restoreAllMocks()
})

test('of many stale answers, some are fetched anew at the same time, and the others when there is room', async () => {
  const waiting: ServerResponse[] = []
  let isOld = true
  await using stub = await startStubbed((req, res) => {
    res.setHeader('cache-control', `s-maxage=${isOld ? 0 : 60}, stale-while-revalidate=60`)
    if (isOld) res.end(`old ${req.url}`)
    else waiting.push(res)
  }, GATEWAY)
  for (let n = 0; n < MANY; n++) await text(stub, urlOf(n))
  isOld = false
  const askAll = async (): Promise<void> => {
    for (let n = 0; n < MANY; n++) expect(await text(stub, urlOf(n))).toMatch(/^(?:old|new)/)
    await settled()
  }
  await askAll()
  await askAll()
  expect(waiting).toHaveLength(AT_ONCE)
  for (let done = AT_ONCE; done < MANY; done = waiting.length) {
    for (const res of waiting) if (!res.writableEnded) res.end('new')
    await settled()
    await askAll()
    expect(waiting.length).toBeGreaterThan(done)
    expect(waiting.length).toBeLessThanOrEqual(done + AT_ONCE)
  }
})

test('of many answers whose clients have left, some are read to their end', async () => {
  const waiting: ServerResponse[] = []
  await using stub = await startStubbed((_, res) => {
    waiting.push(res.writeHead(200, { 'cache-control': 's-maxage=60' }))
    res.write('first ')
  }, GATEWAY)
  for (let n = 0; n < MANY; n++) {
    const client = await open(stub.port, urlOf(n))
    client.destroy()
    await until(() => requests(stub).length === n + 1)
  }
  await until(() => waiting.filter((res) => res.destroyed).length === MANY - AT_ONCE)
  for (const res of waiting) res.end('last')
  await settled()
  for (let n = 0; n < AT_ONCE; n++) expect(await text(stub, urlOf(n))).toBe('first last')
  expect(waiting).toHaveLength(MANY)
})

test('one whose client leaves late is not read for ever', async () => {
  const fire = longTimers()
  const waiting: ServerResponse[] = []
  await using stub = await startStubbed((_, res) => {
    waiting.push(res.writeHead(200, { 'cache-control': 's-maxage=60' }))
    res.write('first ')
  })
  const client = await open(stub.port, urlOf(0))
  fire()
  await settled()
  expect(waiting[0]?.destroyed).toBe(false)
  client.destroy()
  await until(() => requests(stub).length === 1)
  fire()
  await until(() => waiting[0]?.destroyed === true)
})

/** @returns lets pass what is waited for a minute */
function longTimers(): () => void {
  const due: (() => void)[] = []
  const set = setTimeout
  jest.spyOn(globalThis, 'setTimeout').mockImplementation(((then: () => void, ms: number) => {
    if (ms === 60_000) due.push(then)
    return set(then, ms)
  }) as typeof setTimeout)
  return () => {
    for (const then of due.splice(0)) then()
  }
}
