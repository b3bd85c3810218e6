import { expect, test } from '@jest/globals'
import {
  clientBehind,
  forwardedAddresses,
  listedAddresses,
  readAddress,
} from '../../gateway/src/http/client-address.ts'
import { createTrustCheck } from '../../gateway/src/http/trust.ts'

test.each<[text: string, address: string | undefined]>([
  ['203.0.113.7', '203.0.113.7'],
  ['203.0.113.7:51234', '203.0.113.7'],
  ['2001:db8::1', '2001:db8::1'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['[2001:db8::1]:443', '2001:db8::1'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['::FFFF:cb00:7107', '203.0.113.7'],
  ['[::ffff:203.0.113.7]:80', '203.0.113.7'],
  ['::1', '::1'],
  ['', undefined],
  ['unknown', undefined],
  ['_hidden', undefined],
  ['localhost', undefined],
  ['203.0.113.07', undefined],
  ['203.0.113.256', undefined],
  ['203.0.113', undefined],
  ['203.0.113.7:', undefined],
  ['203.0.113.7:123456', undefined],
  ['203.0.113.7:_x', undefined],
  ['203.0.113.7 ', undefined],
  ['2001:db8::1%eth0', undefined],
  ['[2001:db8::1%eth0]', undefined],
  ['[203.0.113.7]', undefined],
  ['[2001:db8::1', undefined],
  ['2001:db8::1]', undefined],
  ['http://203.0.113.7', undefined],
  ['203.0.113.7/8', undefined],
  ['1'.repeat(10_000), undefined],
])('%s is %s', (text, address) => {
  expect(readAddress(text)).toBe(address)
})

const PEER = '10.0.0.1'
const trust = createTrustCheck(['10.0.0.0/8', 'fd00::/8'])

test.each<[list: string, client: string]>([
  ['203.0.113.7', '203.0.113.7'],
  ['203.0.113.7, 10.0.0.2', '203.0.113.7'],
  ['203.0.113.7,10.0.0.2 ,\t10.0.0.3', '203.0.113.7'],
  ['198.51.100.1, 203.0.113.7, 10.0.0.2', '203.0.113.7'],
  ['10.9.9.9, 203.0.113.7', '203.0.113.7'],
  ['203.0.113.7, [fd00::1]:80', '203.0.113.7'],
  ['::ffff:203.0.113.7, ::ffff:10.0.0.2', '203.0.113.7'],
  ['10.0.0.3, 10.0.0.2', '10.0.0.3'],
  ['203.0.113.7, unknown', PEER],
  ['203.0.113.7, unknown, 10.0.0.2', '10.0.0.2'],
  ['203.0.113.7,', PEER],
  ['203.0.113.7,,10.0.0.2', '10.0.0.2'],
  ['', PEER],
  [',', PEER],
  [`203.0.113.7, ${'10.0.0.2, '.repeat(63)}10.0.0.2`, '10.0.0.2'],
  [`203.0.113.7, ${'10.0.0.2, '.repeat(62)}10.0.0.2`, '203.0.113.7'],
])('X-Forwarded-For: %s', (list, client) => {
  const headers = { 'x-forwarded-for': list, forwarded: 'for=192.0.2.1' }
  expect(clientBehind(headers, PEER, trust)).toEqual({ address: client, isHttps: false })
})

test.each<[forwarded: string, client: string, isHttps: boolean]>([
  ['for=203.0.113.7', '203.0.113.7', false],
  ['for=203.0.113.7;proto=https', '203.0.113.7', true],
  ['For="203.0.113.7:443" ; PROTO=https;by=10.0.0.1;host="a.test"', '203.0.113.7', true],
  ['for=203.0.113.7;proto=https, for=10.0.0.2;proto=http', '203.0.113.7', true],
  ['for=203.0.113.7;proto=http, for=10.0.0.2;proto=https', '203.0.113.7', false],
  ['for="[2001:db8::1]:80"', '2001:db8::1', false],
  ['for=192.0.2.1;proto=https, for=203.0.113.7', '203.0.113.7', false],
  ['for=203.0.113.7;proto=HTTPS', '203.0.113.7', false],
  ['proto=https', PEER, false],
  ['for=unknown;proto=https', PEER, false],
  ['for=_secret', PEER, false],
  ['for=203.0.113.7, for=unknown, for=10.0.0.2', '10.0.0.2', false],
  ['for=203.0.113.7;for=192.0.2.1', PEER, false],
  ['for=203.0.113.7;;proto=https', PEER, false],
  ['for=203.0.113.7,', PEER, false],
  ['for = 203.0.113.7', PEER, false],
  ['203.0.113.7', PEER, false],
  ['for="203.0.113.7', PEER, false],
  // What a stranger leaves open hides nothing that a proxy appends.
  ['for="192.0.2.1, for=203.0.113.7', '203.0.113.7', false],
  ['for="192.0.2.1\\", for=203.0.113.7', '203.0.113.7', false],
  ['host="a,b", for=203.0.113.7;host="c,d"', '203.0.113.7', false],
  ['', PEER, false],
])('Forwarded: %s', (forwarded, address, isHttps) => {
  expect(clientBehind({ forwarded }, PEER, trust)).toEqual({ address, isHttps })
})

test('without a word of it, the peer is the client', () => {
  expect(clientBehind({}, PEER, trust)).toEqual({ address: PEER, isHttps: false })
})

test('addresses are listed from the last that cannot be read on', () => {
  expect(listedAddresses('203.0.113.7, x, [FD00::1], 10.0.0.2:80')).toEqual(['fd00::1', '10.0.0.2'])
  expect(listedAddresses('x')).toEqual([])
  expect(forwardedAddresses('for=x, for="[fd00::1]", for=10.0.0.2')).toEqual([
    'fd00::1',
    '10.0.0.2',
  ])
})
