import { expect, test } from '@jest/globals'
import { parseHostPattern } from '../../../gateway/src/config/host-pattern.ts'

test.each([
  ['acme.example.com', 'exact', 'acme.example.com', 'acme.example.com'],
  ['ACME.Example.COM', 'exact', 'acme.example.com', 'acme.example.com'],
  ['acme.example.com.', 'exact', 'acme.example.com', 'acme.example.com'],
  ['localhost', 'exact', 'localhost', 'localhost'],
  ['a_b.example', 'exact', 'a_b.example', 'a_b.example'],
  ['münchen.example', 'exact', 'xn--mnchen-3ya.example', 'xn--mnchen-3ya.example'],
  ['MÜNCHEN.example', 'exact', 'xn--mnchen-3ya.example', 'xn--mnchen-3ya.example'],
  ['10.0.0.1', 'exact', '10.0.0.1', '10.0.0.1'],
  ['[::1]', 'exact', '[::1]', '[::1]'],
  ['[0:0:0:0:0:0:0:1]', 'exact', '[::1]', '[::1]'],
  ['[2001:DB8::0:1]', 'exact', '[2001:db8::1]', '[2001:db8::1]'],
  ['*.shops.localhost', 'one', 'shops.localhost', '*.shops.localhost'],
  ['*.Shops.localhost.', 'one', 'shops.localhost', '*.shops.localhost'],
  ['**.shops.localhost', 'many', 'shops.localhost', '**.shops.localhost'],
  ['*.münchen.example', 'one', 'xn--mnchen-3ya.example', '*.xn--mnchen-3ya.example'],
])('%s', (text, kind, host, canonical) => {
  expect(parseHostPattern(text)).toEqual({ kind, host, text: canonical })
})

test.each([
  ['', 'write labels'],
  ['*', 'a wildcard stands only at the front'],
  ['**', 'a wildcard stands only at the front'],
  ['*.', 'a wildcard stands only at the front'],
  ['*example.com', 'a wildcard stands only at the front'],
  ['a.*.example.com', 'a wildcard stands only at the front'],
  ['***.example.com', 'a wildcard stands only at the front'],
  ['*.*.example.com', 'a wildcard stands only at the front'],
  ['*.10.0.0.1', 'an address has no subdomains'],
  ['*.[::1]', 'an address has no subdomains'],
  ['http://a.example', 'leave out the scheme'],
  ['a.example:80', 'leave out the port'],
  ['[::1]:80', 'write labels'],
  ['a.example/b', 'leave out the path'],
  ['a..example', 'write labels'],
  ['.a.example', 'write labels'],
  ['a.example..', 'write labels'],
  ['a b.example', 'write labels'],
  ['a\tb.example', 'write labels'],
  ['a\0b.example', 'write labels'],
  ['ü\tb.example', 'write labels'],
  ['ü\u00adb.example', 'write labels'],
  ['a\u202eb.example', 'write labels'],
  ['user@a.example', 'write labels'],
  ['ex%61mple.com', 'write labels'],
  ['ü%2e.example', 'write labels'],
  ['1.2.3', 'write labels'],
  ['1.2.3.256', 'write labels'],
  [`${'a'.repeat(64)}.example`, 'write labels'],
  [`${'a.'.repeat(127)}a`, 'write labels'],
])('%p is refused', (text, mend) => {
  expect(parseHostPattern(text)).toContain(mend)
})
