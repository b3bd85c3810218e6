import { expect, test } from '@jest/globals'
import { evaluatePreconditions, isRangeValid } from '../../gateway/src/http/conditional.ts'
import { parseHttpDate } from '../../gateway/src/http/date.ts'

const AT = 'Sun, 06 Nov 1994 08:49:37 GMT'
const BEFORE = 'Sun, 06 Nov 1994 08:49:36 GMT'
const LATER = 'Sun, 06 Nov 1994 08:49:38 GMT'
// The milliseconds do not count.
const strong = { etag: '"a"', lastModified: Date.parse(AT) + 400 }
const weak = { ...strong, etag: 'W/"a"' }

test.each([
  [{}, strong, 200],
  [{ 'if-none-match': '"a"' }, strong, 304],
  [{ 'if-none-match': 'W/"a"' }, strong, 304],
  [{ 'if-none-match': '"a"' }, weak, 304],
  [{ 'if-none-match': '*' }, strong, 304],
  [{ 'if-none-match': '"b"' }, strong, 200],
  [{ 'if-none-match': '"b", "a"' }, strong, 304],
  [{ 'if-none-match': '"b" ,W/"a"' }, strong, 304],
  [{ 'if-none-match': ', ,"a"' }, strong, 304],
  [{ 'if-none-match': '"b,\\"a"' }, strong, 200],
  [{ 'if-none-match': '"b, "a", "c"' }, strong, 200],
  [{ 'if-none-match': 'a' }, strong, 200],
  [{ 'if-none-match': 'w/"a"' }, strong, 200],
  [{ 'if-none-match': '' }, strong, 200],
  [{ 'if-none-match': '"a"' }, {}, 200],
  [{ 'if-modified-since': AT }, strong, 304],
  [{ 'if-modified-since': LATER }, strong, 304],
  [{ 'if-modified-since': BEFORE }, strong, 200],
  [{ 'if-modified-since': 'soon' }, strong, 200],
  [{ 'if-modified-since': AT }, {}, 200],
  [{ 'if-none-match': '"b"', 'if-modified-since': AT }, strong, 200],
  [{ 'if-none-match': '"a"', 'if-modified-since': BEFORE }, strong, 304],
  [{ 'if-match': '"a"' }, strong, 200],
  [{ 'if-match': '"b", "a"' }, strong, 200],
  [{ 'if-match': '*' }, strong, 200],
  [{ 'if-match': '"b"' }, strong, 412],
  [{ 'if-match': 'W/"a"' }, strong, 412],
  [{ 'if-match': 'W/"a"' }, weak, 412],
  [{ 'if-match': '"a"', 'if-none-match': '"a"' }, strong, 304],
  [{ 'if-unmodified-since': AT }, strong, 200],
  [{ 'if-unmodified-since': BEFORE }, strong, 412],
  [{ 'if-unmodified-since': 'soon' }, strong, 200],
  [{ 'if-match': '"a"', 'if-unmodified-since': BEFORE }, strong, 200],
])('%j against %j: %i', (headers, validators, status) => {
  expect(evaluatePreconditions(headers, validators)).toBe(status)
})

test.each([
  [undefined, strong, true],
  ['"a"', strong, true],
  ['"b"', strong, false],
  ['W/"a"', strong, false],
  ['W/"a"', weak, false],
  [AT, strong, true],
  [LATER, strong, false],
  [BEFORE, strong, false],
  ['soon', strong, false],
  [AT, {}, false],
])('If-Range: %s against %j', (header, validators, valid) => {
  expect(isRangeValid(header, validators)).toBe(valid)
})

test.each([
  [AT, Date.parse(AT)],
  ['Sunday, 06-Nov-94 08:49:37 GMT', Date.parse(AT)],
  ['Sun Nov  6 08:49:37 1994', Date.parse(AT)],
  ['Sun, 06 Nov 1994 08:49:37', undefined],
  ['1994-11-06T08:49:37Z', undefined],
  ['784111777', undefined],
  ['Sun, 99 Nov 1994 08:49:37 GMT', undefined],
  ['', undefined],
  [undefined, undefined],
])('the date %s', (text, time) => {
  expect(parseHttpDate(text)).toBe(time)
})
