import { expect, test } from '@jest/globals'
import { clientAddress } from '../../gateway/src/http/client-address.ts'
import { createTrustCheck } from '../../gateway/src/http/trust.ts'

const trust = createTrustCheck(['10.0.0.0/8', 'fd00::/8'])

test.each<[peer: string, forwardedFor: string | undefined, client: string]>([
  ['203.0.113.9', undefined, '203.0.113.9'],
  ['203.0.113.9', '198.51.100.1', '203.0.113.9'],
  ['10.0.0.1', undefined, '10.0.0.1'],
  ['10.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['10.0.0.1', '1.2.3.4, 198.51.100.1', '198.51.100.1'],
  ['10.0.0.1', '1.2.3.4, 198.51.100.1, 10.0.0.2,10.0.0.3', '198.51.100.1'],
  ['10.0.0.1', '10.0.0.5, 10.0.0.2', '10.0.0.5'],
  ['fd00::1', '2001:DB8::7', '2001:db8::7'],
  ['10.0.0.1', '[2001:db8::7]:4711', '2001:db8::7'],
  ['10.0.0.1', '[2001:db8::7]', '2001:db8::7'],
  ['10.0.0.1', '198.51.100.1:80', '198.51.100.1'],
  ['10.0.0.1', '::ffff:198.51.100.1', '198.51.100.1'],
  ['10.0.0.1', '198.51.100.1, unknown, 10.0.0.2', '10.0.0.2'],
  ['10.0.0.1', '198.51.100.1, ', '10.0.0.1'],
  ['10.0.0.1', '198.51.100.1, 10.0.0.2x', '10.0.0.1'],
  ['10.0.0.1', '198.51.100.1, 999.1.1.1', '10.0.0.1'],
  ['10.0.0.1', '198.51.100.1, fe80::1%eth0', '10.0.0.1'],
  ['10.0.0.1', '198.51.100.1, 10.0.0.2:port', '10.0.0.1'],
  ['10.0.0.1', '198.51.100.1, <script>', '10.0.0.1'],
  ['10.0.0.1', `9.9.9.9, ${'10.0.0.2, '.repeat(100)}10.0.0.3`, '10.0.0.2'],
])('peer %s says x-forwarded-for: %s → %s', (peer, forwardedFor, client) => {
  expect(clientAddress(peer, trust, forwardedFor, undefined)).toBe(client)
})

test.each([
  ['for=198.51.100.1', '198.51.100.1'],
  ['For="198.51.100.1:80"; proto=https;by=203.0.113.43', '198.51.100.1'],
  ['for=1.2.3.4, for="[2001:db8::7]:4711"', '2001:db8::7'],
  ['for=198.51.100.1, for=10.0.0.2;host="a, for=1.1.1.1"', '198.51.100.1'],
  ['for=198.51.100.1, proto=https', '10.0.0.1'],
  ['for=198.51.100.1, for=_hidden', '10.0.0.1'],
  ['for=198.51.100.1, for=unknown', '10.0.0.1'],
  ['for=198.51.100.1, xfor=1.2.3.4', '10.0.0.1'],
  ['for="198.51.100.1', '10.0.0.1'],
  ['', '10.0.0.1'],
])('a trusted peer says forwarded: %s → %s', (forwarded, client) => {
  expect(clientAddress('10.0.0.1', trust, undefined, forwarded)).toBe(client)
})

test('x-forwarded-for wins over forwarded', () => {
  expect(clientAddress('10.0.0.1', trust, '198.51.100.1', 'for=198.51.100.2')).toBe('198.51.100.1')
})
