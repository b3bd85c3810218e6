import { expect, test } from '@jest/globals'
import { Bag } from '../../gateway/dist/bag.js'

test('holds what was added and not taken out, whatever the order', () => {
  const bag = new Bag<{ place: number; name: string }>()
  const things = Array.from({ length: 20 }, (_, i) => ({ place: 0, name: String(i) }))
  for (const thing of things) bag.add(thing)
  const kept = things.filter((_, i) => i % 3 === 0)
  for (const thing of things.toReversed()) if (!kept.includes(thing)) bag.delete(thing)
  expect([...bag].toSorted((a, b) => Number(a.name) - Number(b.name))).toEqual(kept)
  expect(bag.size).toBe(kept.length)
})

test('what is not in there is taken out of nothing', () => {
  const bag = new Bag<{ place: number }>()
  const [one, other] = [{ place: 0 }, { place: 0 }]
  bag.add(one)
  bag.delete(other)
  bag.delete(one)
  bag.delete(one)
  expect(bag.size).toBe(0)
})

test('may be changed while it is gone through', () => {
  const bag = new Bag<{ place: number }>()
  const things = Array.from({ length: 5 }, () => ({ place: 0 }))
  for (const thing of things) bag.add(thing)
  const seen: object[] = []
  for (const thing of bag) {
    seen.push(thing)
    bag.delete(thing)
  }
  expect(seen).toEqual(things)
  expect(bag.size).toBe(0)
})
