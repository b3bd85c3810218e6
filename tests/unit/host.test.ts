import { expect, test } from '@jest/globals'
import { isHostName, parseHostHeader } from '../../gateway/src/http/host.ts'

const LABEL = 'x'.repeat(63)
const LONGEST = `${LABEL}.${LABEL}.${LABEL}.${'y'.repeat(61)}`

test.each([
  ['acme.example.com', 'acme.example.com', undefined],
  ['ACME.Example.COM', 'acme.example.com', undefined],
  ['localhost', 'localhost', undefined],
  ['localhost.', 'localhost', undefined],
  ['acme.localhost:3000', 'acme.localhost', 3000],
  ['acme.localhost.:3000', 'acme.localhost', 3000],
  ['acme.localhost:0', 'acme.localhost', 0],
  ['acme.localhost:00443', 'acme.localhost', 443],
  ['acme.localhost:65535', 'acme.localhost', 65_535],
  ['a_b.c-d.example', 'a_b.c-d.example', undefined],
  ['_dmarc.example', '_dmarc.example', undefined],
  ['-.example', '-.example', undefined],
  ['1.example', '1.example', undefined],
  ['1e', '1e', undefined],
  ['xn--mnchen-3ya.example', 'xn--mnchen-3ya.example', undefined],
  [LONGEST, LONGEST, undefined],
  [`${LONGEST}.`, LONGEST, undefined],
  [`${LONGEST}:80`, LONGEST, 80],
  ['127.0.0.1', '127.0.0.1', undefined],
  ['127.0.0.1.', '127.0.0.1', undefined],
  ['127.0.0.1:80', '127.0.0.1', 80],
  ['[::1]', '[::1]', undefined],
  ['[::1]:80', '[::1]', 80],
  ['[2001:DB8:0:0:0:0:0:1]', '[2001:db8::1]', undefined],
  ['[::ffff:10.0.0.1]', '[::ffff:a00:1]', undefined],
])('%s', (raw, host, port) => {
  expect(parseHostHeader(raw)).toEqual({ host, port })
})

test.each([
  '',
  '.',
  '..',
  ':80',
  '.example',
  'a..example',
  'example..',
  'example:',
  'example:80:80',
  'example:65536',
  'example:000080',
  'example:-1',
  'example:8 0',
  'example:٣',
  'a b',
  'a\t',
  ' a',
  'a ',
  'a,b',
  'a;b',
  'a/b',
  'a\\b',
  'a?b',
  'a#b',
  'a@b',
  'a:b@c',
  'a%2eb',
  'a*b',
  '*.example',
  'a\u0000',
  'a\u001f',
  'a\u007f',
  'a\u0080',
  'é.example',
  'ａ.example',
  '\u212a.example',
  'ſ.example',
  'İ.example',
  'a。example',
  '💥.example',
  `${LABEL}x.example`,
  `${LONGEST}x`,
  `x.${LONGEST}`,
  '256.1.1.1',
  '1.2.3',
  '1.2.3.4.5',
  '01.2.3.4',
  'example.1',
  '1',
  '::1',
  '[::1',
  '::1]',
  '[]',
  '[:]',
  '[::1].',
  '[::1]x',
  '[::1]:',
  '[::1%eth0]',
  '[::1%25eth0]',
  '[1.2.3.4]',
  '[example]',
  '[[::1]]',
  'x[::1]',
])('%j is no host', (raw) => {
  expect(parseHostHeader(raw)).toBeUndefined()
})

test('every character but letters, digits, hyphen, underscore and dot is refused in a name', () => {
  const allowed = /[\w.-]/
  for (let code = 0; code < 0x1_00; code++) {
    const char = String.fromCharCode(code)
    if (char === ':') continue
    expect([code, isHostName(`a${char.toLowerCase()}b`)]).toEqual([code, allowed.test(char)])
    expect([code, parseHostHeader(`a${char}b`) !== undefined]).toEqual([code, allowed.test(char)])
  }
})

test('a host that is read again stays as it is', () => {
  for (const raw of ['ACME.Example.', '[2001:DB8::0]', '127.0.0.1', '[::ffff:1.2.3.4]']) {
    const { host } = parseHostHeader(raw) ?? { host: '' }
    expect(parseHostHeader(host)).toEqual({ host, port: undefined })
  }
})
