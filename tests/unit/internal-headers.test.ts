import { expect, test } from '@jest/globals'
import { decodeTags, encodeTags } from '../../gateway/dist/http/internal-headers.js'

test.each([
  [['shop']],
  [['_N_T_/items/[id]/page', 'a, b', 'größe', '100%', '*', 'a b\tc']],
  [['']],
])('tags come back from a header as they were: %j', (tags) => {
  const list = encodeTags(tags)
  expect(list).toMatch(/^[\x21-\x7e]*$/)
  expect(decodeTags(String(list))).toEqual(tags)
})

test('half of a surrogate pair is replaced', () => {
  expect(decodeTags(String(encodeTags(['a\ud800'])))).toEqual(['a\ufffd'])
})

test('what is too long for a header is none', () => {
  expect(encodeTags(['x'.repeat(4096)])).toHaveLength(4096)
  expect(encodeTags(['x'.repeat(4097)])).toBeUndefined()
  expect(encodeTags(Array.from({ length: 2000 }, (_, n) => `t${n}`))).toBeUndefined()
})

test('a list with the sign for everything names nothing', () => {
  expect(decodeTags('*')).toBeUndefined()
  expect(decodeTags('a,*')).toBeUndefined()
})
