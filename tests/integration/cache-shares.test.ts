import { randomBytes } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { expect, test } from '@jest/globals'
import { get, PAGE, text } from '../support/cache.ts'
import { startStubbed, type StubbedGateway } from '../support/stub-app.ts'

// What is stored fits into its bytes, and nobody loses anything of a fair share to another tenant, nor a URL's answers to who makes up headers.

const MAX_BYTES = 1_048_576
const BODY = 8192
const GATEWAY = {
  cache: { maxBytes: MAX_BYTES, maxVariants: 4 },
  limits: { rate: false, tenant: { rate: false } },
}
/** Half of it is left by a compression. */
const body = randomBytes(BODY / 2).toString('hex')
const app: RequestListener = (_, res) => {
  const headers = { 'cache-control': 's-maxage=600', 'content-type': 'text/plain' }
  res.writeHead(200, headers).end(body)
}

const urls = (tenant: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `http://${tenant}.localhost/${n}`)

async function store(stub: StubbedGateway, all: readonly string[]): Promise<void> {
  for (const url of all) expect((await text(stub, url)).length).toBe(BODY)
}

/** Those that are stored, asked for in the order of their age: that changes nothing of it. */
async function stored(
  stub: StubbedGateway,
  all: readonly string[],
  headers: Record<string, string> = {},
): Promise<string[]> {
  const found: string[] = []
  for (const url of all) {
    const { status } = await get(stub, url, { ...headers, 'cache-control': 'only-if-cached' })
    if (status === 200) found.push(url)
  }
  return found
}

test('a tenant that fills the cache takes nothing of another, and all that it leaves', async () => {
  await using stub = await startStubbed(app, { gateway: GATEWAY })
  const small = urls('globex', 10)
  const flood = urls('acme', 300)
  await store(stub, small)
  for (let end = 0; end < flood.length; end += 20) {
    await store(stub, flood.slice(end, end + 20))
    const asked = flood.slice(0, end + 20)
    const left = await stored(stub, asked)
    expect(left).toEqual(asked.slice(-left.length))
    const bytes = (left.length + small.length) * BODY
    expect(bytes).toBeLessThanOrEqual(MAX_BYTES)
    // With what an entry counts for beside its body.
    if (end > 100) expect(bytes).toBeGreaterThan(0.6 * MAX_BYTES)
    expect(await stored(stub, small)).toEqual(small)
  }
})

test('who came first gives back what is above its share', async () => {
  await using stub = await startStubbed(app, { gateway: GATEWAY })
  const flood = urls('acme', 400)
  const late = urls('globex', 40)
  await store(stub, flood)
  const before = await stored(stub, flood)
  await store(stub, late)
  expect(await stored(stub, late)).toEqual(late)
  expect((await stored(stub, flood)).length).toBeLessThan(before.length)
})

test('two that want all of it have half of it each', async () => {
  await using stub = await startStubbed(app, { gateway: GATEWAY })
  const [one, two] = [urls('acme', 200), urls('globex', 400)]
  await store(
    stub,
    two.flatMap((url, n) => (n < one.length ? [one[n] as string, url] : [url])),
  )
  const left = [await stored(stub, one), await stored(stub, two)]
  for (const { length } of left) {
    expect(length * BODY).toBeLessThanOrEqual(MAX_BYTES / 2)
    expect(length * BODY).toBeGreaterThan(MAX_BYTES / 4)
  }
})

test('what is made of an answer in other codings counts', async () => {
  await using stub = await startStubbed(app, { gateway: GATEWAY })
  const all = urls('acme', 150)
  let coded = 0
  for (const url of all) {
    await text(stub, url)
    for (const coding of ['gzip', 'br']) {
      const { headers } = await get(stub, url, { 'accept-encoding': coding })
      expect([headers.get('content-encoding'), headers.get('cache-status')]).toEqual([
        coding,
        expect.stringContaining('; hit'),
      ])
      coded = Number(headers.get('content-length'))
    }
  }
  const left = await stored(stub, all)
  expect(coded).toBeGreaterThan(BODY / 4)
  expect(left.length * (BODY + 2 * coded)).toBeLessThanOrEqual(MAX_BYTES)
  expect(left.length).toBeGreaterThan(MAX_BYTES / BODY / 4)
})

test('maxBytes of a tenant bounds it though there is room', async () => {
  const maxBytes = 5 * BODY
  await using stub = await startStubbed(app, {
    gateway: GATEWAY,
    files: {
      'config/tenants/globex.json': {
        app: 'acme',
        hosts: ['globex.localhost'],
        cache: { maxBytes },
      },
    },
  })
  const [small, other] = [urls('globex', 20), urls('acme', 20)]
  await store(stub, small)
  await store(stub, other)
  const left = await stored(stub, small)
  expect(left).toEqual(small.slice(-left.length))
  expect(left.length * BODY).toBeLessThanOrEqual(maxBytes)
  expect(left.length).toBeGreaterThan(1)
  expect(await stored(stub, other)).toEqual(other)
})

test('of one URL no more than maxVariants are stored, and no other URL loses anything', async () => {
  await using stub = await startStubbed(
    (req, res) => {
      res.setHeader('vary', 'Accept-Language')
      app(req, res)
    },
    { gateway: GATEWAY },
  )
  const other = urls('acme', 3)
  const asked = (n: number): Record<string, string> => ({ 'accept-language': `x-${n}` })
  await store(stub, other)
  for (let n = 0; n < 20; n++) await text(stub, PAGE, asked(n))
  const left: number[] = []
  for (let n = 0; n < 20; n++) {
    if ((await stored(stub, [PAGE], asked(n))).length > 0) left.push(n)
  }
  expect(left).toEqual([16, 17, 18, 19])
  expect(await stored(stub, other)).toEqual(other)
})

test('what depends on more fields than requests can have in common is not stored', async () => {
  const fields = (count: number): string =>
    Array.from({ length: count }, (_, n) => `x-field-${n}`).join(', ')
  await using stub = await startStubbed(
    (req, res) => {
      res.setHeader('vary', fields(Number(req.url?.slice(1))))
      app(req, res)
    },
    { gateway: GATEWAY },
  )
  const [few, many] = ['http://acme.localhost/24', 'http://acme.localhost/25'] as const
  await store(stub, [few, many])
  expect(await stored(stub, [few, many])).toEqual([few])
})

test('answers at one URL that name other fields in Vary are told apart by all of them', async () => {
  await using stub = await startStubbed((req, res) => {
    const { 'accept-language': language, 'x-kind': kind } = req.headers
    const vary = language === 'de' ? 'Accept-Language' : 'X-Kind'
    res.writeHead(200, { 'cache-control': 's-maxage=600', vary }).end(`${language} ${String(kind)}`)
  })
  const visitors = ['de', 'en'].flatMap((language) =>
    ['one', 'two'].map((kind) => ({ 'accept-language': language, 'x-kind': kind })),
  )
  for (const headers of [...visitors, ...visitors.toReversed(), ...visitors]) {
    const said = await text(stub, PAGE, headers)
    // German is the same for all kinds by its own word.
    expect([headers, said.slice(0, 2)]).toEqual([headers, headers['accept-language']])
    if (said.startsWith('en')) expect(said).toBe(`en ${headers['x-kind']}`)
  }
})
