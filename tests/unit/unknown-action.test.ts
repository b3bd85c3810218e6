import { expect, test } from '@jest/globals'
import { samePage } from '../../gateway/src/pipeline/unknown-action.ts'

/** What Next's client makes of the address (`client/assign-location.js`). */
function resolved(address: string, page: string): string {
  const url = new URL(page)
  const isDotted = address.startsWith('.')
  const folder = url.href.split('?')[0]?.replace(/\/?$/, '/') ?? ''
  return isDotted ? new URL(folder + address).href : new URL(address, url).href
}

test.each([
  ['/cart', 'http://a.test/cart'],
  ['/cart?size=2', 'http://a.test/cart?size=2'],
  ['/base/cart?x=1?y=2', 'http://a.test/base/cart?x=1?y=2'],
  ['/', 'http://a.test/'],
  ['/?x', 'http://a.test/?x'],
  ['/shop/', 'http://a.test/shop/'],
  ['//evil.test', 'http://a.test//evil.test'],
  ['//evil.test/', 'http://a.test//evil.test/'],
  ['/a;b?x', 'http://a.test/a;b?x'],
])('%s leads to itself', (url, page) => {
  expect(resolved(samePage(url), page)).toBe(page)
})

test.each([['/javascript:alert(1)'], ['/https:%2f%2fevil.test'], ['/..evil']])(
  '%s leads to no other scheme or host',
  (url) => {
    expect(samePage(url)).toBe('?')
  },
)
