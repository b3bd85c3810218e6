import { expect, test } from '@jest/globals'
import { prefersHtml } from '../../gateway/src/http/negotiation.ts'

test.each([
  [undefined, false],
  ['', false],
  ['*/*', false],
  ['text/*', false],
  ['text/plain', false],
  ['text/html', true],
  ['TEXT/HTML', true],
  [' text/html ; charset=utf-8 ', true],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
  ['application/json', false],
  ['application/json, text/plain, */*', false],
  ['application/json, text/html', true],
  ['application/json;q=0.9, text/html;q=0.8', false],
  ['application/json;q=0.8, text/html;q=0.9', true],
  ['text/html;q=0', false],
  ['text/html;q=0, application/json;q=0', false],
  ['text/html;q=0.001', true],
  ['text/html;level=1;q=0.4, application/json;q=0.5', false],
  ['text/html;q=0.1, text/html;q=0.9, application/json;q=0.5', true],
  ['text/html;q=nonsense', false],
  ['text/html;q=', false],
  ['text/htmlx', false],
  ['xtext/html', false],
  [`${'x,'.repeat(512)}text/html`, false],
])('Accept: %s', (accept, html) => {
  expect(prefersHtml(accept)).toBe(html)
})
