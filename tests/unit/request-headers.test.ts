import { expect, test } from '@jest/globals'
import { removeUntrusted } from '../../gateway/src/http/request-headers.ts'

type Headers = Record<string, string>

function left(headers: Headers): Headers {
  removeUntrusted(headers)
  return headers
}

test.each([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'upgrade',
  'http2-settings',
  'expect',
  'forwarded',
  'x-real-ip',
  'x-request-id',
  'x-forwarded',
  'x-forwarded-for',
  'x_forwarded_for',
  'x-forwarded_host',
  'x-tenant',
  'x-tenant-id',
  'x_tenant_id',
  'x-tenant_id',
  'x_tenant-id',
  'x-tenantry-any',
  'x-middleware-subrequest',
  'x_middleware_subrequest',
  'x-prerender-revalidate',
  'x-prerender-revalidate-if-generated',
  'x-next-revalidate-tag-token',
  'x-next-revalidated-tags',
  'x-next-resume-state-length',
  'next-resume',
  'x-matched-path',
  'x-now-route-matches',
  'content-security-policy',
  'content-security-policy-report-only',
  'x_nextjs_data',
  'x-nextjs_data',
])('%s goes', (name) => {
  expect(left({ a: '1', [name]: 'x', b: '2' })).toEqual({ a: '1', b: '2' })
})

test.each([
  'host',
  'content-length',
  'content-type',
  'transfer-encoding',
  'cookie',
  'authorization',
  'origin',
  'accept',
  'rsc',
  'next-action',
  'next-router-state-tree',
  'x-nextjs-data',
  'x-tenants',
  'x-tenantid',
  'x-forwardedfor',
  'x-custom',
  'xtenant-id',
  'my-x-tenant-id',
  'x',
  'x-',
  '_',
])('%s stays', (name) => {
  expect(left({ [name]: '1' })).toEqual({ [name]: '1' })
})

test.each([
  ['x-a', { 'x-a': '1', b: '2' }, { b: '2' }],
  [' X-A ,\tx-b', { 'x-a': '1', 'x-b': '1', b: '2' }, { b: '2' }],
  ['close, , x-a,', { 'x-a': '1', close: '1' }, {}],
  ['host, content-length, transfer-encoding, content-type', { host: 'h' }, { host: 'h' }],
  ['Content-Length', { 'content-length': '5' }, { 'content-length': '5' }],
  ['__proto__, constructor, toString', { a: '1' }, { a: '1' }],
  ['', { a: '1' }, { a: '1' }],
])('Connection: %s', (connection, headers, expected) => {
  expect(left({ connection, ...headers })).toEqual(expected)
})
