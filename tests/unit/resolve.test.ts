import { expect, test } from '@jest/globals'
import { HostTable } from '../../gateway/src/tenants/host-table.ts'
import { resolveUrl } from '../../gateway/src/tenants/resolve.ts'
import { tenantOf } from './support.ts'

const TABLE = new HostTable(
  [
    tenantOf('acme', ['acme.test', 'www.acme.test → acme.test'], { app: 'store' }),
    tenantOf('shops', ['*.shops.test', '**.shops.test', 'main.shops.test']),
    tenantOf('gone', ['gone.test', 'www.gone.test → gone.test'], { suspended: 404 }),
    tenantOf('shut', ['shut.test'], { suspended: 503 }),
  ],
  'shops',
)

test.each([
  ['http://acme.test/', 200, 'acme', 'acme.test', ''],
  ['https://acme.test', 200, 'acme', 'acme.test', ''],
  ['acme.test', 200, 'acme', 'acme.test', ''],
  ['acme.test:3000/x?y', 200, 'acme', 'acme.test', ''],
  ['HTTP://ACME.TEST./', 200, 'acme', 'acme.test', ''],
  ['http://a.shops.test/', 200, 'shops', '*.shops.test', 'a'],
  ['http://a.b.shops.test/', 200, 'shops', '**.shops.test', 'a.b'],
  ['http://main.shops.test/', 200, 'shops', 'main.shops.test', ''],
  ['http://nobody.test/', 200, 'shops', 'default', ''],
  ['http://gone.test/', 404, 'gone', 'gone.test', ''],
  ['http://www.gone.test/', 404, 'gone', 'www.gone.test', ''],
  ['http://shut.test/', 503, 'shut', 'shut.test', ''],
])('%s: %i of %s by %s', (url, status, tenant, rule, subdomain) => {
  expect(resolveUrl(url, TABLE)).toMatchObject({
    status,
    tenant,
    rule,
    subdomain,
    location: undefined,
  })
})

test.each([
  ['http://www.acme.test/', 'http://acme.test/'],
  ['http://www.acme.test', 'http://acme.test/'],
  ['http://www.acme.test?x=1', 'http://acme.test/?x=1'],
  ['www.acme.test/a//b?x=/y', 'http://acme.test/a//b?x=/y'],
  ['https://WWW.acme.test:8443/a', 'https://acme.test:8443/a'],
  ['HTTP://www.acme.test/', 'http://acme.test/'],
  ['http://www.acme.test//evil.test', 'http://acme.test//evil.test'],
])('%s is redirected to %s', (url, location) => {
  expect(resolveUrl(url, TABLE)).toMatchObject({
    status: 308,
    tenant: 'acme',
    app: 'store',
    location,
  })
})

test('rules that lost are named, in the order in which they would have won', () => {
  expect(resolveUrl('http://main.shops.test/', TABLE)?.beat).toEqual([
    '*.shops.test',
    '**.shops.test',
    'default',
  ])
})

test.each([
  'http://a b/',
  'http://user@acme.test/',
  'http://acme.test:x/',
  'a..test',
  '[::1',
  'http://',
])('%s has a malformed host: 400', (url) => {
  expect(resolveUrl(url, TABLE)).toMatchObject({
    status: 400,
    host: undefined,
    tenant: undefined,
  })
})

test('without a default, an unknown host: 404', () => {
  const table = new HostTable([tenantOf('acme', ['acme.test'])])
  const none = { tenant: undefined, app: undefined, rule: undefined, location: undefined }
  const refusal = { status: 404, host: 'no.test', subdomain: '', beat: [], ...none }
  expect(resolveUrl('http://no.test:80/x', table)).toEqual(refusal)
})

test.each(['', '/', '/x', '?x', '#x', 'http://acme.test/#x'])(
  '%j is no URL of a request',
  (url) => {
    expect(resolveUrl(url, TABLE)).toBeUndefined()
  },
)
