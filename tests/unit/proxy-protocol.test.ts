import { describe, expect, test } from '@jest/globals'
import { parseProxyHeader } from '../../gateway/src/listener/proxy-protocol.ts'
import { proxyV2 } from '../support/proxy-protocol.ts'

const REST = 'GET / HTTP/1.1\r\n'

describe('version 1', () => {
  test.each([
    ['PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n', '192.0.2.1'],
    ['PROXY TCP6 2001:DB8::1 2001:db8::2 1 65535\r\n', '2001:db8::1'],
    ['PROXY TCP4 192.0.2.1 192.0.2.2 0 0\r\n', '192.0.2.1'],
    ['PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n', '192.0.2.1'],
    ['PROXY TCP6 2001:db8:0:0::1 ::1 1 2\r\n', '2001:db8::1'],
    ['PROXY UNKNOWN\r\n', undefined],
    ['PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n', undefined],
  ])('%j', (line, address) => {
    const header = { address, length: line.length }
    expect(parseProxyHeader(Buffer.from(line + REST))).toEqual(header)
    for (let i = 0; i < line.length; i++) {
      expect(parseProxyHeader(Buffer.from(line.slice(0, i)))).toBe('more')
    }
  })

  test.each([
    REST,
    'proxy TCP4 192.0.2.1 192.0.2.2 1 2\r\n',
    'PROXY TCP4 192.0.2.1 192.0.2.2 1 65536\r\n',
    'PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n',
    'PROXY TCP4 192.0.2.1  192.0.2.2 1 2\r\n',
    'PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n',
    'PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n',
    'PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n',
    'PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n',
    'PROXY TCP4 192.0.2.999 192.0.2.2 1 2\r\n',
    'PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n',
    'PROXY TCP4 192.0.2.1 192.0.2.2 +1 2\r\n',
    'PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n',
    'PROXY TCP4 192.0.2.1 192.0.2.2 1 00080\r\n',
    'PROXY TCP4 192.0.2.1 192.0.2.2 1 00\r\n',
    'PROXY  TCP4 192.0.2.1 192.0.2.2 1 2\r\n',
    'PROXY UNKNOWNX\r\n',
    `PROXY UNKNOWN ${'a'.repeat(92)}\r\n`,
    'PROXY TCP4 192.0.2.1 192.0.2.2 1 2\nGET / HTTP/1.1\r\n',
    `PROXY ${'x'.repeat(200)}`,
  ])('%j is malformed', (line) => {
    expect(parseProxyHeader(Buffer.from(line))).toBe('bad')
  })
})

describe('version 2', () => {
  const v4 = Buffer.from([192, 0, 2, 1, 192, 0, 2, 2, 0, 1, 0, 2])
  const v6 = Buffer.concat([
    Buffer.from('20010db8000000000000000000000001', 'hex'),
    Buffer.alloc(20),
  ])
  const mapped = Buffer.concat([
    Buffer.from('00000000000000000000ffffc0000201', 'hex'),
    Buffer.alloc(20),
  ])

  test.each<[string, Buffer, string | undefined]>([
    ['TCP over IPv4', proxyV2(0x21, 0x11, v4), '192.0.2.1'],
    [
      'with TLVs behind',
      proxyV2(0x21, 0x11, Buffer.concat([v4, Buffer.alloc(500, 7)])),
      '192.0.2.1',
    ],
    ['TCP over IPv6', proxyV2(0x21, 0x21, v6), '2001:db8::1'],
    ['IPv4 in IPv6', proxyV2(0x21, 0x21, mapped), '192.0.2.1'],
    ['LOCAL', proxyV2(0x20, 0x00, Buffer.alloc(0)), undefined],
    ['LOCAL with addresses', proxyV2(0x20, 0x11, v4), undefined],
    ['an unspecified family', proxyV2(0x21, 0x00, Buffer.alloc(3)), undefined],
    ['a Unix socket', proxyV2(0x21, 0x31, Buffer.alloc(216)), undefined],
  ])('%s', (_what, bytes, address) => {
    const header = { address, length: bytes.length }
    expect(parseProxyHeader(Buffer.concat([bytes, Buffer.from(REST)]))).toEqual(header)
    for (let i = 0; i < bytes.length; i++)
      expect(parseProxyHeader(bytes.subarray(0, i))).toBe('more')
  })

  test.each([
    ['another version', proxyV2(0x11, 0x11, v4)],
    ['another command', proxyV2(0x22, 0x11, v4)],
    ['datagrams', proxyV2(0x21, 0x12, v4)],
    ['another family', proxyV2(0x21, 0x41, v4)],
    ['too short for IPv4', proxyV2(0x21, 0x11, v4.subarray(0, 11))],
    ['too short for IPv6', proxyV2(0x21, 0x21, v6.subarray(0, 35))],
    ['too short for a Unix socket', proxyV2(0x21, 0x31, v6)],
    ['too long', proxyV2(0x21, 0x11, Buffer.alloc(4097))],
  ])('%s is malformed', (_what, bytes) => {
    expect(parseProxyHeader(bytes)).toBe('bad')
  })
})
