import { expect, test } from '@jest/globals'
import { createTrustCheck, plainAddress } from '../../gateway/src/http/trust.ts'

test.each<[ranges: string[], trusted: string[], strangers: string[]]>([
  [[], [], ['127.0.0.1', '::1']],
  [['10.0.0.1'], ['10.0.0.1', '::ffff:10.0.0.1'], ['10.0.0.2', '::1', '::a00:1']],
  [['10.0.0.0/8'], ['10.255.0.1', '::ffff:10.1.2.3'], ['11.0.0.0', '9.255.255.255']],
  [['10.0.0.1/32'], ['10.0.0.1'], ['10.0.0.0', '10.0.0.2']],
  [['0.0.0.0/0'], ['1.2.3.4', '::ffff:1.2.3.4'], ['::1', '2001:db8::1']],
  [['::1'], ['::1', '0:0:0:0:0:0:0:1'], ['::2', '127.0.0.1', '::ffff:127.0.0.1']],
  [['2001:db8::/32'], ['2001:db8::1', '2001:DB8:ffff::'], ['2001:db9::1', '10.0.0.1']],
  [['::ffff:10.0.0.0/104'], ['10.1.2.3', '::ffff:10.1.2.3'], ['11.0.0.1']],
  [['10.0.0.0/8', '::1', '192.168.1.1'], ['10.0.0.1', '::1', '192.168.1.1'], ['192.168.1.2']],
])('%j', (ranges, trusted, strangers) => {
  const isTrusted = createTrustCheck(ranges)
  for (const address of trusted) expect([address, isTrusted(address)]).toEqual([address, true])
  for (const address of strangers) expect([address, isTrusted(address)]).toEqual([address, false])
})

test.each([undefined, '', 'localhost', '10.0.0.1, 10.0.0.1', '/run/app.sock'])(
  'a peer called %j is nobody',
  (address) => {
    expect(createTrustCheck(['0.0.0.0/0', '::/0'])(address)).toBe(false)
  },
)

test.each([
  ['::ffff:127.0.0.1', '127.0.0.1'],
  ['127.0.0.1', '127.0.0.1'],
  ['::1', '::1'],
  ['::ffff:7f00:1', '::ffff:7f00:1'],
  ['', ''],
])('%s is called %s', (address, plain) => {
  expect(plainAddress(address)).toBe(plain)
})
