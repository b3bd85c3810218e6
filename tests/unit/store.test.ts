import { expect, test } from '@jest/globals'
import { createEntry } from '../../gateway/src/cache/entry.ts'
import { Shelf, shrinkFairly, type Total } from '../../gateway/src/cache/store.ts'

// What is stored fits into its bytes, and a tenant that fills its share takes nothing of another's.

const LIMITS = { vary: [], maxVariants: 4 }

function put(shelf: Shelf, key: string, size: number, asked: Record<string, string> = {}): void {
  const headers = new Map([['content-type', 'text/html']])
  const reuse = {
    lifetime: 60_000,
    age: 0,
    staleWhileRevalidate: 0,
    staleIfError: 0,
    vary: [],
    isCookieless: false,
    isStorable: true,
    isBeingRenewed: false,
  }
  const entry = createEntry({
    status: 200,
    statusMessage: 'OK',
    headers,
    raw: [...headers].flat(),
    body: Buffer.alloc(size),
    reuse,
    receivedAt: 0,
  })
  shelf.put(key, key, asked, entry, { ...LIMITS, vary: Object.keys(asked) })
}

function shelves(count: number, total: Total): Shelf[] {
  return Array.from({ length: count }, () => new Shelf(Infinity, total, () => {}))
}

test('what is put in and taken out counts for the same', () => {
  const total = { bytes: 0 }
  const [shelf] = shelves(1, total) as [Shelf]
  for (let i = 0; i < 20; i++) put(shelf, `/${i % 5}`, 1000 * i, { accept: `type ${i % 7}` })
  expect(total.bytes).toBe(shelf.bytes)
  expect(total.bytes).toBeGreaterThan(20_000)
  for (const entry of shelf.entries()) shelf.remove(entry)
  expect(total.bytes).toBe(0)
  expect(shelf.count).toBe(0)
})

test('a URL has no more variants than the limit', () => {
  const [shelf] = shelves(1, { bytes: 0 }) as [Shelf]
  for (let i = 0; i < 50; i++) put(shelf, '/', 10, { accept: `type ${i}` })
  expect(shelf.entries()).toHaveLength(LIMITS.maxVariants)
  expect(shelf.find('/')?.variants.has('\n=type 49')).toBe(true)
})

test('the flood of one tenant takes nothing of another', () => {
  const total = { bytes: 0 }
  const [small, flooded] = shelves(2, total) as [Shelf, Shelf]
  for (let i = 0; i < 10; i++) put(small, `/${i}`, 1000)
  const before = small.bytes
  for (let i = 0; i < 1000; i++) {
    put(flooded, `/${i}`, 1000)
    shrinkFairly([small, flooded], 200_000)
  }
  expect(small.bytes).toBe(before)
  expect(total.bytes).toBeLessThanOrEqual(200_000)
  expect(total.bytes).toBeGreaterThan(190_000)
  expect(flooded.find('/999')).toBeDefined()
  expect(flooded.find('/0')).toBeUndefined()
})

test('what one does not use of its share is the others’', () => {
  const total = { bytes: 0 }
  const all = shelves(3, total)
  for (const [index, shelf] of all.entries()) {
    for (let i = 0; i < 200 * index; i++) put(shelf, `/${i}`, 1000)
  }
  shrinkFairly(all, 300_000)
  const [none, one, two] = all as [Shelf, Shelf, Shelf]
  expect(none.bytes).toBe(0)
  expect(one.bytes + two.bytes).toBe(total.bytes)
  expect(total.bytes).toBeLessThanOrEqual(300_000)
  expect(Math.abs(one.bytes - two.bytes)).toBeLessThan(10_000)
})
