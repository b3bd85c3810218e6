import { once } from 'node:events'
import { connect } from 'node:net'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { brotliCompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { open } from '../support/http.ts'
import { smallRelease } from '../support/small-release.ts'
import { startStubbed, type StubbedGateway } from '../support/stub-app.ts'

// What config says of answers holds for files as well; large files are never in memory as a whole.

const TEXT = 'some text of a file\n'.repeat(500)
const LARGE = Buffer.alloc(64 * 1_048_576, 'large ')
/** Not what the gateway would make of it: so is seen where it comes from. */
const PUBLISHED = gzipSync(TEXT, { level: 1 })
let stub: StubbedGateway

beforeAll(async () => {
  stub = await startStubbed((_req, res) => res.end('app'), {
    gateway: { headers: { 'x-of-all': 'yes' } },
    files: {
      'config/apps/acme.json': { start: 'lazy' },
      'config/tenants/acme.json': {
        hosts: ['acme.localhost'],
        headers: { 'Cache-Control': 'public, max-age=60', 'X-Frame-Options': 'DENY' },
      },
      'config/tenants/slow.json': {
        app: 'acme',
        hosts: ['slow.localhost'],
        limits: { rate: { perSecond: 1, burst: 2 } },
      },
    },
  })
  await smallRelease(join(stub.project.root, 'apps/acme'), {
    'public/text.txt': TEXT,
    'public/image.png': 'not really',
    'public/large.bin': LARGE,
    'public/large.txt': LARGE,
    'compressed/public/text.txt.gz': PUBLISHED,
    'compressed/public/large.txt.br': brotliCompressSync('brotli of the large one'),
  })
  await stub.gateway.reload()
})

afterAll(async () => {
  await stub?.[Symbol.asyncDispose]()
})

test("a tenant's headers are put into files, parts and 304, and never hide that codings differ", async () => {
  const { headers: known } = await open(stub.port, 'http://globex.localhost/text.txt')
  expect(known.etag).toMatch(/^"[^"]+"$/)
  for (const [headers, status] of [
    [{}, 200],
    [{ 'accept-encoding': 'gzip' }, 200],
    [{ range: 'bytes=0-1' }, 206],
    [{ 'if-none-match': String(known.etag) }, 304],
  ] as const) {
    const answer = await open(stub.port, 'http://acme.localhost/text.txt', { headers })
    expect(answer.statusCode).toBe(status)
    expect(answer.headers).toMatchObject({
      'cache-control': 'public, max-age=60',
      'x-frame-options': 'DENY',
      'x-of-all': 'yes',
      vary: 'Accept-Encoding',
    })
    answer.resume()
  }
  const image = await open(stub.port, 'http://acme.localhost/image.png')
  expect([image.headers.vary, await text(image)]).toEqual([undefined, 'not really'])
})

test('a client that asks for files too fast is refused', async () => {
  const ask = async (): Promise<number | undefined> =>
    (await open(stub.port, 'http://slow.localhost/text.txt')).resume().statusCode
  const statuses = await Promise.all(Array.from({ length: 20 }, ask))
  expect(new Set(statuses)).toEqual(new Set([200, 429]))
})

test('what was compressed when the release was published is sent as it is', async () => {
  const headers = { 'accept-encoding': 'gzip' }
  const answer = await open(stub.port, 'http://globex.localhost/text.txt', { headers })
  const body = await buffer(answer)
  expect(body).toEqual(PUBLISHED)
  expect(gunzipSync(body).toString()).toBe(TEXT)
})

test('a large file is sent in the best coding that was published, else as it is', async () => {
  for (const [accepted, coding, length] of [
    ['gzip;q=1, br;q=0.5', 'br', undefined],
    ['gzip', undefined, String(LARGE.length)],
    ['gzip, identity;q=0.5, br;q=0.1', undefined, String(LARGE.length)],
  ] as const) {
    const headers = { 'accept-encoding': accepted }
    const url = 'http://globex.localhost/large.txt'
    const answer = await open(stub.port, url, { headers, method: 'HEAD' })
    expect(answer.headers['content-encoding']).toBe(coding)
    if (length !== undefined) expect(answer.headers['content-length']).toBe(length)
    expect(answer.headers.vary).toBe('Accept-Encoding')
  }
})

test('a large file arrives whole, and in parts', async () => {
  const url = 'http://globex.localhost/large.bin'
  expect((await buffer(await open(stub.port, url))).equals(LARGE)).toBe(true)
  const range = 'bytes=1000001-66000000'
  const part = await open(stub.port, url, { headers: { range } })
  expect(part.headers['content-range']).toBe(`bytes 1000001-66000000/${LARGE.length}`)
  expect((await buffer(part)).equals(LARGE.subarray(1_000_001, 66_000_001))).toBe(true)
})

test('of a large file no more is read than its client takes, and nothing for one that left', async () => {
  const answers = await Promise.all(
    Array.from({ length: 3 }, () => open(stub.port, 'http://globex.localhost/large.bin')),
  )
  await Promise.all(answers.map((answer) => once(answer, 'readable')))
  const turns = async (count: number): Promise<void> => {
    for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  let read: number[] = []
  for (let before = ''; before !== (read = await readSoFar()).join(); await turns(100)) {
    before = read.join()
  }
  expect(read.length).toBe(3)
  for (const bytes of read) expect(bytes).toBeLessThan(LARGE.length / 2)
  for (const answer of answers) answer.destroy()
  while (stub.gateway.held.requests > 0) await turns(1)
  while ((await readSoFar()).length > 0) await turns(1)
})

/** Bytes that were read of the large file, for each time that this process has it open. */
async function readSoFar(): Promise<number[]> {
  const fds = await readdir('/proc/self/fd')
  const targets = await Promise.all(
    fds.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  )
  const large = fds.filter((_, i) => targets[i]?.endsWith('/large.bin'))
  const infos = large.map((fd) => readFile(`/proc/self/fdinfo/${fd}`, 'utf8').catch(() => ''))
  return (await Promise.all(infos)).map((info) => Number(/^pos:\s+(\d+)/m.exec(info)?.[1]))
}

test('of requests on one connection each gets its own file, whether the one before had a body, was sent at once with it, or long before', async () => {
  const get = (path: string, more = '', body = ''): string =>
    `GET ${path} HTTP/1.1\r\nHost: globex.localhost\r\n${more}\r\n${body}`
  const socket = connect(stub.port, '127.0.0.1')
  let received = ''
  let statuses: string[] = []
  const answered = async (count: number): Promise<void> => {
    while (statuses.length < count) {
      received += String((await once(socket, 'data'))[0])
      statuses = received.match(/HTTP\/1\.1 \d+|not really|some text/g) ?? []
    }
  }
  const [image, files] = ['/image.png', ['HTTP/1.1 200', 'not really']]
  socket.write(get(image))
  await answered(2)
  // Parts of the body come when the answer has gone out; what looks like a request in it is none.
  socket.write(get(image, 'Content-Length: 20\r\n', 'GET /text'))
  await answered(4)
  socket.write(`.txt HTTP/1${get(image)}`)
  await answered(6)
  socket.write(
    get(image, 'Transfer-Encoding: chunked\r\n', '3\r\nabc\r\n0\r\n\r\n') + get(image) + get(image),
  )
  await answered(12)
  socket.write(get('/none'))
  await answered(13)
  expect(statuses).toEqual([...Array.from({ length: 6 }, () => files).flat(), 'HTTP/1.1 200'])
  expect(stub.seen.splice(0)).toEqual(['GET /none'])
  socket.destroy()
})

test('its line in the access log is like any other', async () => {
  const answer = await open(stub.port, 'http://globex.localhost/text.txt?secret=1')
  await buffer(answer)
  const id = answer.headers['x-request-id']
  while (!stub.log.some((line) => line['id'] === id)) {
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(stub.log.find((line) => line['id'] === id)).toMatchObject({
    event: 'request',
    tenant: 'globex',
    app: 'acme',
    host: 'globex.localhost',
    method: 'GET',
    path: '/text.txt',
    status: 200,
    served: 'static',
    client: '127.0.0.1',
  })
  expect(stub.seen).toEqual([])
})

test.each([
  ['', {}],
  ['/docs', { basePath: '/docs' }],
  ['/cdn', { assetPrefix: '/cdn' }],
  ['/cdn', { basePath: '/docs', assetPrefix: 'https://cdn.example/cdn' }],
])('a chunk of the release before is there below %s', async (prefix, config) => {
  await using site = await startStubbed((_req, res) => res.writeHead(404).end(), {
    files: { 'config/apps/acme.json': { start: 'lazy' } },
  })
  for (const [id, name] of [
    ['20260101-000000-0000', 'old'],
    ['20260102-000000-0000', 'new'],
  ] as const) {
    const files = {
      [`.next/static/chunks/${name}.js`]: `chunk of the ${name} release`,
      '.next/static/service-worker/sw.js': `worker of the ${name} release`,
      '.next/required-server-files.json': JSON.stringify({ config }),
    }
    await smallRelease(join(site.project.root, 'apps/acme'), files, id)
  }
  await site.gateway.reload()
  for (const name of ['old', 'new']) {
    const url = `http://acme.localhost${prefix}/_next/static/chunks/${name}.js`
    const answer = await open(site.port, url)
    expect([answer.statusCode, await text(answer)]).toEqual([200, `chunk of the ${name} release`])
  }
  // Its name says nothing of the release: Next.js has the new one.
  const worker = await open(
    site.port,
    `http://acme.localhost${prefix}/_next/static/service-worker/sw.js`,
  )
  expect([worker.statusCode, await text(worker)]).toEqual([404, ''])
})
