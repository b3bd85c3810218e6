import { expect, test } from '@jest/globals'
import { contentRange, parseRange } from '../../gateway/src/http/range.ts'

test.each([
  [undefined, 10, 'whole'],
  ['bytes=0-0', 10, 'bytes 0-0/10'],
  ['bytes=2-5', 10, 'bytes 2-5/10'],
  ['BYTES=2-5', 10, 'bytes 2-5/10'],
  ['bytes= 2-5 ', 10, 'bytes 2-5/10'],
  ['bytes=2-', 10, 'bytes 2-9/10'],
  ['bytes=2-99', 10, 'bytes 2-9/10'],
  ['bytes=-3', 10, 'bytes 7-9/10'],
  ['bytes=-99', 10, 'bytes 0-9/10'],
  ['bytes=10-', 10, 'unsatisfiable'],
  ['bytes=-0', 10, 'unsatisfiable'],
  ['bytes=5-2', 10, 'unsatisfiable'],
  ['bytes=x-2', 10, 'unsatisfiable'],
  ['bytes=', 10, 'unsatisfiable'],
  ['bytes=-', 10, 'unsatisfiable'],
  ['bytes=0x1-2', 10, 'unsatisfiable'],
  ['bytes=1 - 2', 10, 'unsatisfiable'],
  [`bytes=${'9'.repeat(400)}-`, 10, 'unsatisfiable'],
  ['bytes=0-', 0, 'unsatisfiable'],
  ['bytes=-1', 0, 'unsatisfiable'],
  ['bytes=0-1,3-4', 10, 'whole'],
  [`bytes=${'0-,'.repeat(4000)}`, 10, 'whole'],
  ['items=0-1', 10, 'whole'],
  ['0-1', 10, 'whole'],
])('Range: %s of %i bytes', (header, size, expected) => {
  const range = parseRange(header, size)
  expect(typeof range === 'string' ? range : contentRange(range, size)).toBe(expected)
})

test('Content-Range where nothing fits', () => {
  expect(contentRange(undefined, 10)).toBe('bytes */10')
})
