import { expect, test } from '@jest/globals'
import { currentDate, serializeHead } from '../../gateway/src/http/ready-head.ts'

test('headers become lines, in their order', () => {
  expect(serializeHead(['A', '1', 'b', 'x y', 'A', '2'], 'OK')).toBe('A: 1\r\nb: x y\r\nA: 2\r\n')
  expect(serializeHead([], '')).toBe('')
})

test.each([
  ['a line in a value', ['a', '1\r\nb: 2'], 'OK'],
  ['a line in a name', ['a\r\nb', '1'], 'OK'],
  ['a name with a colon', ['a:', '1'], 'OK'],
  ['an empty name', ['', '1'], 'OK'],
  ['a character beyond Latin-1', ['a', '€'], 'OK'],
  ['a line in the reason', ['a', '1'], 'OK\r\nb: 2'],
])('%s is refused', (_what, head, reason) => {
  expect(() => serializeHead(head, reason)).toThrow(/Invalid character|must be a valid/)
})

test('the date is that of now, to the second', () => {
  const before = Math.floor(Date.now() / 1000)
  const date = /^Date: (.*)\r\n$/.exec(currentDate())?.[1] ?? ''
  const said = Date.parse(date) / 1000
  expect(date).toBe(new Date(said * 1000).toUTCString())
  expect(said).toBeGreaterThanOrEqual(before)
  expect(said).toBeLessThanOrEqual(Date.now() / 1000)
})
