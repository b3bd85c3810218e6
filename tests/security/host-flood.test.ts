import { randomBytes } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { parseHostPattern, type HostPattern } from '../../gateway/dist/config/host-pattern.js'
import { Directory, type DirectorySizes } from '../../gateway/dist/tenants/directory.js'
import { HostTable } from '../../gateway/dist/tenants/host-table.js'
import { sendRaw } from '../support/http.ts'
import { startStubbed } from '../support/stub-app.ts'

// A stranger can invent hosts without end; the hosts that are served stay in the cache all the same.

const SIZES = { cacheSize: 1000, wildcardCacheSize: 100, missCacheSize: 100 }
const KNOWN = Array.from({ length: 1000 }, (_, i) => `shop-${i}.example.com`)
const FLOOD = 20_000

function createDirectory(sizes: Partial<DirectorySizes> = {}, defaultTenant?: string): Directory {
  const tenant = {
    app: 'app',
    props: {},
    headers: {},
    webSocketOrigins: [],
    suspended: 0,
    cache: {},
    file: '',
  } as const
  const hosts = (...texts: string[]): { pattern: HostPattern; line: number }[] =>
    texts.map((text) => ({ pattern: parseHostPattern(text) as HostPattern, line: 1 }))
  const table = new HostTable(
    [
      { ...tenant, id: 'exact', hosts: hosts(...KNOWN) },
      { ...tenant, id: 'wild', hosts: hosts('*.shops.test', '**.deep.test') },
    ],
    defaultTenant,
  )
  return new Directory(table, { ...SIZES, ...sizes })
}

/** How many of the hosts are not in the cache any more. */
function lost(directory: Directory, hosts: readonly string[]): number {
  const before = directory.counters.misses
  for (const host of hosts) directory.lookup(host)
  return directory.counters.misses - before
}

function random(): string {
  return randomBytes(12).toString('hex')
}

/** One letter in five in upper case, so that hardly any spelling comes twice. */
function respelled(host: string): string {
  return host.replace(/[a-z]/g, (char) => (Math.random() < 0.2 ? char.toUpperCase() : char))
}

test.each<[what: string, invent: (i: number) => string]>([
  ['unknown hosts', () => `${random()}.example.net`],
  ['unknown hosts below served ones', (i) => `${random()}.${KNOWN[i % KNOWN.length]}`],
  ['hosts below a wildcard', () => `${random()}.shops.test`],
  ['hosts of many labels below a wildcard', () => `${random()}.${random()}.deep.test`],
  ['malformed hosts', () => `${random()}/${random()}`],
  ['hosts too long to keep', () => `${random()}${'x'.repeat(600)}`],
  ['other spellings of served hosts', (i) => respelled(KNOWN[i % KNOWN.length] as string)],
  ['served hosts with a dot behind', (i) => `${KNOWN[i % KNOWN.length]}.`],
  ['served hosts with every port', (i) => `${KNOWN[i % KNOWN.length]}:${i}`],
])('20,000 %s push no served host out', (_what, invent) => {
  const directory = createDirectory()
  for (const host of KNOWN) directory.lookup(host)
  for (let i = 0; i < FLOOD; i++) directory.lookup(invent(i))
  expect(lost(directory, KNOWN)).toBe(0)
})

test('nor do 20,000 hosts that the default tenant answers', () => {
  const directory = createDirectory({}, 'wild')
  for (const host of KNOWN) directory.lookup(host)
  for (let i = 0; i < FLOOD; i++) directory.lookup(`${random()}.example.net`)
  expect(directory.lookup('any.example.net')).toMatchObject({ kind: 'found' })
  expect(lost(directory, KNOWN)).toBe(0)
})

test('a flood of unknown hosts pushes no wildcard host out, nor the other way round', () => {
  const directory = createDirectory()
  const wild = Array.from({ length: 100 }, (_, i) => `s${i}.shops.test`)
  for (const host of wild) directory.lookup(host)
  for (let i = 0; i < FLOOD; i++) directory.lookup(`${random()}.example.net`)
  expect(lost(directory, wild)).toBe(0)
  const unknown = Array.from({ length: 100 }, (_, i) => `u${i}.example.net`)
  for (const host of unknown) directory.lookup(host)
  for (let i = 0; i < FLOOD; i++) directory.lookup(`${random()}.shops.test`)
  expect(lost(directory, unknown)).toBe(0)
})

test('the flood itself is not kept beyond the size of its cache', () => {
  const directory = createDirectory()
  const flood = Array.from({ length: FLOOD }, () => `${random()}.example.net`)
  for (const host of flood) directory.lookup(host)
  expect(lost(directory, flood.slice(0, -SIZES.missCacheSize))).toBe(FLOOD - SIZES.missCacheSize)
})

test('a host of more than 512 bytes is never kept', () => {
  const directory = createDirectory()
  expect(lost(directory, ['x'.repeat(512), 'x'.repeat(512)])).toBe(1)
  expect(lost(directory, ['x'.repeat(513), 'x'.repeat(513)])).toBe(2)
})

test('a flood through sockets: served hosts are answered from the cache, the flood never reaches an app', async () => {
  await using stub = await startStubbed((_req, res) => res.end(), {
    gateway: { directory: { cacheSize: 2, wildcardCacheSize: 20, missCacheSize: 20 } },
  })
  const ask = (hosts: readonly string[]): Promise<string> =>
    sendRaw(
      stub.port,
      hosts
        .map((host, i) => {
          const last = i === hosts.length - 1 ? 'Connection: close\r\n' : ''
          return `GET / HTTP/1.1\r\nHost: ${host}\r\n${last}\r\n`
        })
        .join(''),
    )
  const served = ['acme.localhost', 'globex.localhost']
  await ask(served)
  for (let i = 0; i < 5; i++) {
    const answers = await ask(Array.from({ length: 40 }, () => `${random()}.localhost`))
    expect(answers.match(/HTTP\/1\.1 404 /g)).toHaveLength(40)
  }
  expect(stub.seen).toHaveLength(served.length)
  for (let i = 0; i < 5; i++) {
    await ask(Array.from({ length: 40 }, () => `${random()}.acme.test`))
    await ask(Array.from({ length: 40 }, (_, port) => `acme.localhost:${port}`))
  }
  const { directory } = stub.gateway
  const before = { ...directory.counters }
  await ask(served)
  expect(directory.counters).toEqual({ hits: before.hits + 2, misses: before.misses })
})
