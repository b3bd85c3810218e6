import { expect, test } from '@jest/globals'
import { Directory, type DirectorySizes } from '../../gateway/src/tenants/directory.ts'
import { HostTable } from '../../gateway/src/tenants/host-table.ts'
import { tenantOf } from './support.ts'

const TABLE = new HostTable([
  tenantOf('acme', ['acme.test', 'www.acme.test → acme.test', 'b.test', 'c.test']),
  tenantOf('shops', ['*.shops.test']),
])

function create(sizes: Partial<DirectorySizes> = {}, table = TABLE): Directory {
  return new Directory(table, { cacheSize: 2, wildcardCacheSize: 2, missCacheSize: 2, ...sizes })
}

/** Whether each lookup, one after the other, came from a cache. */
function hits(directory: Directory, hosts: string[]): boolean[] {
  return hosts.map((host) => {
    const before = directory.counters.hits
    directory.lookup(host)
    return directory.counters.hits > before
  })
}

test.each([
  ['acme.test', { tenant: 'acme', host: 'acme.test', authority: 'acme.test', subdomain: '' }],
  ['ACME.test.', { tenant: 'acme', host: 'acme.test', authority: 'acme.test', subdomain: '' }],
  ['acme.test:80', { tenant: 'acme', host: 'acme.test', authority: 'acme.test:80', subdomain: '' }],
  [
    'X.Shops.test',
    { tenant: 'shops', host: 'x.shops.test', authority: 'x.shops.test', subdomain: 'x' },
  ],
])('%s is found', (raw, expected) => {
  const directory = create()
  for (const lookup of [
    directory.lookupUncached(raw),
    directory.lookup(raw),
    directory.lookup(raw),
  ]) {
    if (lookup.kind !== 'found') throw new Error(lookup.kind)
    const { rule, host, authority, subdomain } = lookup
    expect({ tenant: rule.tenant.id, host, authority, subdomain }).toEqual(expected)
  }
})

test('an unknown host and a malformed one are told apart', () => {
  expect(create().lookup('No.test:80')).toEqual({ kind: 'unknown', host: 'no.test' })
  expect(create().lookup('no test')).toEqual({ kind: 'malformed' })
  expect(create().lookup('')).toEqual({ kind: 'malformed' })
})

test('the second lookup of anything comes from a cache', () => {
  for (const host of ['acme.test', 'acme.test:80', 'x.shops.test', 'no.test', 'no test', '']) {
    expect(hits(create(), [host, host])).toEqual([false, true])
  }
})

test('hits and misses are counted, uncached lookups are not', () => {
  const directory = create()
  for (const host of ['acme.test', 'acme.test', 'no.test', 'acme.test']) directory.lookup(host)
  directory.lookupUncached('acme.test')
  expect(directory.counters).toEqual({ hits: 2, misses: 2 })
})

test.each([
  ['cacheSize', ['acme.test', 'b.test', 'c.test']],
  ['wildcardCacheSize', ['1.shops.test', '2.shops.test', '3.shops.test']],
  ['missCacheSize', ['1.test', '2.test', '3.test']],
  ['missCacheSize', ['1 2', '1/2', '1,2']],
  ['wildcardCacheSize', ['acme.test:1', 'ACME.test', 'acme.test.']],
])('%s bounds %j, the one longest not asked for goes first', (size, [a = '', b = '', c = '']) => {
  const directory = create({ cacheSize: 10, wildcardCacheSize: 10, missCacheSize: 10, [size]: 2 })
  expect(hits(directory, [a, b, a, c])).toEqual([false, false, true, false])
  expect(hits(directory, [a, c, b])).toEqual([true, true, false])
})

test('no kind of host pushes another kind out', () => {
  const directory = create({ cacheSize: 1, wildcardCacheSize: 1, missCacheSize: 1 })
  const hosts = ['acme.test', 'x.shops.test', 'no.test']
  expect(hits(directory, [...hosts, ...hosts])).toEqual([false, false, false, true, true, true])
})

test('hosts of the default tenant are kept among those of wildcards', () => {
  const table = new HostTable([tenantOf('acme', ['acme.test'])], 'acme')
  const directory = create({ cacheSize: 1, wildcardCacheSize: 1 }, table)
  expect(hits(directory, ['acme.test', '1.test', '2.test', '1.test', 'acme.test'])).toEqual([
    false,
    false,
    false,
    false,
    true,
  ])
})

test('a Host of more than 512 characters is answered, and not kept', () => {
  const kept = 'x'.repeat(512)
  expect(hits(create(), [kept, kept, `${kept}x`, `${kept}x`])).toEqual([false, true, false, false])
})
