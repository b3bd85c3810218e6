import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { connectRaw, sendRaw } from '../support/http.ts'
import { smallRelease } from '../support/small-release.ts'
import { startStubbed, type StubbedGateway } from '../support/stub-app.ts'
import { parseAnswer, readUntil, type RawAnswer } from './support.ts'

// The gateway answers with a file of the tenant's own release for its exact path alone; whatever is odd reaches the app as it was sent.

const OWN = { 'public/plain.txt': 'plain of acme', 'public/large.txt': 'large '.repeat(1000) }
const SECRET = 'a secret outside of the release'
let stub: StubbedGateway

beforeAll(async () => {
  stub = await startStubbed((req, res) => res.end(`app ${req.headers.host} ${req.url}`), {
    gateway: { files: { maxFileBytes: 100 }, limits: { tenant: { url: 1000 } } },
    files: {
      'config/apps/acme.json': { start: 'lazy' },
      'config/tenants/acme.json': { hosts: ['acme.localhost'] },
      'config/tenants/other.json': { hosts: ['other.localhost'] },
      'apps/other/package.json': {},
      'apps/other/app/page.js': '',
      'secret.txt': SECRET,
      'secrets/secret.txt': SECRET,
    },
  })
  const { root } = stub.project
  const acme = await smallRelease(join(root, 'apps/acme'), {
    ...OWN,
    'public/dir/nested.txt': 'nested',
    'public/.hidden': 'hidden',
    'public/.well-known/known.txt': 'known',
    'public/_next/own.txt': 'below _next',
    'public/back\\slash.txt': 'back',
    'public/100%.txt': 'percent',
    '.next/static/chunks/a-1.js': 'chunk of acme',
    '.next/static/service-worker/sw.js': 'worker',
    '.next/server/app/page.js': SECRET,
    'compressed/public/large.txt.br': 'not brotli',
    '.env': SECRET,
  })
  await symlink(join(root, 'secret.txt'), join(acme, 'public/link.txt'))
  await symlink(join(root, 'secrets'), join(acme, 'public/linked'))
  await symlink('../../../..', join(acme, '.next/static/up'))
  await smallRelease(join(root, 'apps/other'), {
    'public/plain.txt': 'plain of other',
    'public/only-of-other.txt': 'other',
  })
  await stub.gateway.reload()
  await stub.event('app.ready', 'other')
})

beforeEach(() => void stub.seen.splice(0))

afterAll(async () => {
  await stub?.[Symbol.asyncDispose]()
})

async function ask(target: string, host = 'acme.localhost', method = 'GET'): Promise<RawAnswer> {
  const bytes = `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`
  return parseAnswer(await sendRaw(stub.port, bytes))
}

test.each([
  ['/plain.txt', 'plain of acme'],
  ['/plain.txt?', 'plain of acme'],
  ['/plain.txt?file=/../../.env', 'plain of acme'],
  ['http://acme.localhost/plain.txt', 'plain of acme'],
  ['/large.txt', OWN['public/large.txt']],
  ['/dir/nested.txt', 'nested'],
  ['/.well-known/known.txt', 'known'],
  ['/_next/static/chunks/a-1.js', 'chunk of acme'],
])('%s is a file, and its sleeping app sleeps on', async (target, body) => {
  const answer = await ask(target)
  expect([answer.status, answer.body]).toEqual([200, body])
  expect(stub.seen).toEqual([])
  expect(stub.gateway.status().apps.find(({ app }) => app === 'acme')?.state).toBe('stopped')
})

const ODD = [
  '/plain.txt/',
  '//plain.txt',
  '/./plain.txt',
  '/dir/../plain.txt',
  '/dir/%2e%2e/plain.txt',
  '/dir/.%2e/plain.txt',
  '/dir%2f..%2fplain.txt',
  '/dir%2fnested.txt',
  '/dir%2Fnested.txt',
  '/dir\\nested.txt',
  '/dir%5cnested.txt',
  '/dir//nested.txt',
  '/dir',
  '/dir/',
  '/PLAIN.TXT',
  '/Plain.txt',
  '/%70lain.txt',
  '/plain%2etxt',
  '/plain%252etxt',
  '/plain.txt%00',
  '/plain.txt%00.js',
  '/%00plain.txt',
  '/plain.txt%20',
  '/plain.txt.',
  '/plain.txt;x=1',
  '/plain.txt::$DATA',
  '/plain.txt%',
  '/plain.txt%zz',
  '/plain.tx%74',
  '/%c0%afplain.txt',
  '/%ff',
  '/only-of-other.txt',
  '/../../../other/.tenantry/current/public/only-of-other.txt',
  '/link.txt',
  '/linked/secret.txt',
  '/.hidden',
  '/.env',
  '/release.json',
  '/back\\slash.txt',
  '/back%5Cslash.txt',
  '/100%25.txt',
  '/100%.txt',
  '/public/plain.txt',
  '/compressed/public/large.txt.br',
  '/large.txt.br',
  '/_next/own.txt',
  '/_next/BUILD_ID',
  '/_next/server/app/page.js',
  '/_next/static',
  '/_next/static/',
  '/_next/static/service-worker/sw.js',
  '/_next/static/up/.env',
  '/_next/static/../BUILD_ID',
  '/_next/static/..%2fBUILD_ID',
  '/_next/static/%2e%2e/BUILD_ID',
  '/_next/static/..\\BUILD_ID',
  '/_next/static/chunks/../../../release.json',
  '/_next/static//chunks/a-1.js',
  '/_next//static/chunks/a-1.js',
  '/_next%2fstatic%2fchunks%2fa-1.js',
  '/_Next/static/chunks/a-1.js',
  '/_next/static/chunks/A-1.js',
  '/_next/static/chunks/a%2D1.js',
  '/constructor',
  '/__proto__',
]

test.each(ODD)('%s is for the app', async (target) => {
  const answer = await ask(target)
  expect([answer.status, answer.body]).toEqual([200, `app acme.localhost ${target}`])
  expect(stub.seen).toEqual([`GET ${target}`])
})

test.each(['/plain.txt\0', '/plain.txt\0.js', '/pl\x7fain.txt', '/plain.txt\t'])(
  '%j is refused',
  async (target) => {
    expect((await ask(target)).status).toBe(400)
    expect(stub.seen).toEqual([])
  },
)

test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'get', 'QUERY'])(
  '%s is not answered with a file',
  async (method) => {
    expect((await ask('/plain.txt', 'acme.localhost', method)).body).not.toContain('plain of')
  },
)

test('each tenant has its own files, whatever was asked for before', async () => {
  for (const [host, body] of [
    ['acme.localhost', 'plain of acme'],
    ['other.localhost', 'plain of other'],
    ['globex.localhost', 'plain of acme'],
    ['other.localhost', 'plain of other'],
  ] as const) {
    expect((await ask('/plain.txt', host)).body).toBe(body)
  }
  expect((await ask('/plain.txt', 'nobody.localhost')).status).toBe(404)
})

test('a file that is put there later, or is gone, is for the app', async () => {
  const dir = join(stub.project.root, 'apps/other/.tenantry/current/public')
  await writeFile(join(dir, 'later.txt'), 'later')
  await mkdir(join(dir, 'late'))
  for (const target of ['/later.txt', '/late']) {
    expect((await ask(target, 'other.localhost')).body).toBe(`app other.localhost ${target}`)
  }
  await stub.project.remove('apps/other/.tenantry/current/public/only-of-other.txt')
  const gone = await ask('/only-of-other.txt', 'other.localhost')
  expect(gone.body).toBe('app other.localhost /only-of-other.txt')
})

test('files that are asked for in one go are answered in order, each with its own id', async () => {
  const socket = await connectRaw(stub.port)
  const ask = (method: string, target: string, more = ''): string =>
    `${method} ${target} HTTP/1.1\r\nHost: acme.localhost\r\n${more}\r\n`
  socket.write(
    ask('HEAD', '/plain.txt') +
      ask('GET', '/dir/nested.txt') +
      ask('HEAD', '/large.txt') +
      ask('GET', '/plain.txt', 'Range: bytes=0-4\r\n') +
      ask('GET', '/plain.txt', 'Connection: close\r\n'),
  )
  socket.setEncoding('latin1')
  const text = await readUntil(socket, '\r\n\r\nplain of acme')
  socket.destroy()
  const bodies = text.split(/HTTP\/1\.1 \d{3} [^]*?\r\n\r\n/).slice(1)
  expect(bodies).toEqual(['', 'nested', '', 'plain', 'plain of acme'])
  const ids = [...text.matchAll(/x-request-id: (\S+)/g)].map(([, id]) => id)
  expect([ids.length, new Set(ids).size]).toEqual([5, 5])
})

test('a path that is longer than its tenant allows is refused, file or not', async () => {
  expect((await ask(`/plain.txt?${'x'.repeat(1000)}`)).status).toBe(414)
})
