import { expect, test } from '@jest/globals'
import { readProxyHeader } from '../../gateway/src/http/proxy-header.ts'

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')

function v2(command: number, family: number, rest: Buffer, length = rest.length): Buffer {
  const head = Buffer.from([command, family, length >> 8, length & 0xff])
  return Buffer.concat([SIGNATURE, head, rest])
}

const TCP4 = Buffer.from([203, 0, 113, 7, 192, 0, 2, 1, 0xc8, 0x22, 0, 80])
const TCP6 = Buffer.from(`20010db8${'0'.repeat(23)}1${'0'.repeat(32)}c8220050`, 'hex')

const SOURCE4 = { address: '203.0.113.7', port: 51_234, family: 'IPv4' }

test.each([
  ['PROXY TCP4 203.0.113.7 192.0.2.1 51234 80\r\n', SOURCE4],
  [
    'PROXY TCP6 2001:db8::1 ::1 51234 80\r\n',
    { address: '2001:db8::1', port: 51_234, family: 'IPv6' },
  ],
  ['PROXY TCP4 203.0.113.7 192.0.2.1 0 65535\r\n', { ...SOURCE4, port: 0 }],
  ['PROXY UNKNOWN\r\n', undefined],
  ['PROXY UNKNOWN ffff::1 whatever 65535 65535\r\n', undefined],
])('v1 %j', (text, source) => {
  const bytes = Buffer.from(text)
  expect(readProxyHeader(bytes)).toEqual({ length: bytes.length, source })
  expect(readProxyHeader(Buffer.concat([bytes, Buffer.from('GET /')]))).toEqual({
    length: bytes.length,
    source,
  })
  for (let end = 0; end < bytes.length; end++) {
    expect(readProxyHeader(bytes.subarray(0, end))).toBe('incomplete')
  }
})

test.each([
  'GET / HTTP/1.1\r\n\r\n',
  'G',
  'proxy TCP4 203.0.113.7 192.0.2.1 51234 80\r\n',
  'PROXY\r\n',
  'PROXY  TCP4 203.0.113.7 192.0.2.1 51234 80\r\n',
  'PROXY TCP4  203.0.113.7 192.0.2.1 51234 80\r\n',
  'PROXY TCP4 203.0.113.7 192.0.2.1 51234 80 \r\n',
  'PROXY TCP4 203.0.113.7 192.0.2.1 51234 80 x\r\n',
  'PROXY TCP4 203.0.113.7 192.0.2.1 51234\r\n',
  'PROXY TCP4 203.0.113.7\t192.0.2.1 51234 80\r\n',
  'PROXY TCP4 2001:db8::1 ::1 51234 80\r\n',
  'PROXY TCP6 203.0.113.7 192.0.2.1 51234 80\r\n',
  'PROXY TCP6 fe80::1%eth0 ::1 51234 80\r\n',
  'PROXY TCP4 203.0.113.07 192.0.2.1 51234 80\r\n',
  'PROXY TCP4 203.0.113.7 host 51234 80\r\n',
  'PROXY TCP4 203.0.113.7 192.0.2.1 65536 80\r\n',
  'PROXY TCP4 203.0.113.7 192.0.2.1 051234 80\r\n',
  'PROXY TCP4 203.0.113.7 192.0.2.1 -1 80\r\n',
  'PROXY TCP4 203.0.113.7 192.0.2.1 51234 \r\n',
  'PROXY UDP4 203.0.113.7 192.0.2.1 51234 80\r\n',
  'PROXY TCP4 203.0.113.7 192.0.2.1 51234 80\n\r\n',
  `PROXY UNKNOWN ${'x'.repeat(92)}\r\n`,
  `PROXY TCP4 ${'1'.repeat(200)}`,
])('v1 %j is malformed', (text) => {
  expect(readProxyHeader(Buffer.from(text))).toBe('malformed')
})

test('v1 takes 107 bytes and no more', () => {
  expect(readProxyHeader(Buffer.from(`PROXY UNKNOWN ${'x'.repeat(91)}\r\n`))).toEqual({
    length: 107,
    source: undefined,
  })
  expect(readProxyHeader(Buffer.from(`PROXY UNKNOWN ${'x'.repeat(92)}`))).toBe('incomplete')
  expect(readProxyHeader(Buffer.from(`PROXY UNKNOWN ${'x'.repeat(93)}`))).toBe('malformed')
})

const TLVS = Buffer.concat([Buffer.from([0x04, 0, 200]), Buffer.alloc(200)])

test.each([
  ['TCP over IPv4', v2(0x21, 0x11, TCP4), SOURCE4],
  [
    'TCP over IPv6',
    v2(0x21, 0x21, TCP6),
    { address: '2001:db8:0:0:0:0:0:1', port: 51_234, family: 'IPv6' },
  ],
  ['TLVs behind the addresses', v2(0x21, 0x11, Buffer.concat([TCP4, TLVS])), SOURCE4],
  ['LOCAL', v2(0x20, 0x00, Buffer.alloc(0)), undefined],
  ['LOCAL with addresses, which are not looked at', v2(0x20, 0x11, TCP4), undefined],
  ['a family that the proxy does not know', v2(0x21, 0x00, TLVS), undefined],
  ['a Unix socket', v2(0x21, 0x31, Buffer.alloc(216)), undefined],
  ['the longest', v2(0x21, 0x11, Buffer.concat([TCP4, Buffer.alloc(4068)])), SOURCE4],
])('v2 %s', (_what, bytes, source) => {
  expect(readProxyHeader(bytes)).toEqual({ length: bytes.length, source })
  for (const end of [0, 1, 11, 12, 13, 15, bytes.length - 1]) {
    expect(readProxyHeader(bytes.subarray(0, end))).toBe('incomplete')
  }
})

test.each([
  ['version 1 in the form of 2', v2(0x11, 0x11, TCP4)],
  ['version 3', v2(0x31, 0x11, TCP4)],
  ['an unknown command', v2(0x22, 0x11, TCP4)],
  ['UDP', v2(0x21, 0x12, TCP4)],
  ['UDP over IPv6', v2(0x21, 0x22, TCP6)],
  ['an unknown family', v2(0x21, 0x41, TCP6)],
  ['too few bytes for IPv4', v2(0x21, 0x11, TCP4.subarray(0, 11))],
  ['too few bytes for IPv6', v2(0x21, 0x21, TCP6.subarray(0, 35))],
  ['too few bytes for a Unix socket', v2(0x21, 0x31, Buffer.alloc(215))],
  ['more than is taken, told before it is there', v2(0x21, 0x11, Buffer.alloc(0), 4081)],
  ['another signature', Buffer.from('\r\n\r\n\0\r\nQUIT\r', 'latin1')],
])('v2 %s is malformed', (_what, bytes) => {
  expect(readProxyHeader(bytes)).toBe('malformed')
})
