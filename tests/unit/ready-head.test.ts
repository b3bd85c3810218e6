import { expect, test } from '@jest/globals'
import { currentDate, linesOf, serializeHead } from '../../gateway/src/http/ready-head.ts'

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

test('a forwarded head is put together as it came, with Date where it has none', () => {
  expect(linesOf(['Date', 'then', 'content-Length', '2', 'x', ''])).toBe(
    'Date: then\r\ncontent-Length: 2\r\nx: \r\n',
  )
  expect(linesOf(['content-length', '2'])).toMatch(/^content-length: 2\r\nDate: [^\r]+ GMT\r\n$/)
})

test.each([
  ['no length', []],
  ['a coding', ['content-length', '2', 'Transfer-Encoding', 'chunked']],
  ['trailers', ['content-length', '2', 'trailer', 'x-sum']],
  ['the connection', ['content-length', '2', 'Connection', 'close']],
])('a head is left to Node.js where it says how the answer ends: %s', (_what, head) => {
  expect(linesOf(head)).toBeUndefined()
})
