import { expect, test } from '@jest/globals'
import { Inboxes } from '../../gateway/dist/instances/forward/inbox.js'

function inboxes(most: number): Inboxes {
  const all = new Inboxes()
  all.limit(most)
  return all
}

test('an inbox is used again when nothing of it is lent and nobody reads into it, and not before', () => {
  const all = inboxes(4)
  const one = all.take()
  const backs = [one.lend(), one.lend()]
  one.leave()
  expect(all.take()).not.toBe(one)
  backs[0]?.()
  backs[0]?.()
  expect(one.isLent).toBe(true)
  expect(all.take()).not.toBe(one)
  backs[1]?.()
  expect(all.take()).toBe(one)
  expect(all.take()).not.toBe(one)
})

test('what is given back while it is read into stays with its reader', () => {
  const all = inboxes(4)
  const one = all.take()
  one.lend()()
  expect(one.isLent).toBe(false)
  expect(all.take()).not.toBe(one)
  one.leave()
  expect(all.take()).toBe(one)
})

test('no more are kept than there are connections', () => {
  const all = inboxes(2)
  const three = [all.take(), all.take(), all.take()]
  for (const inbox of three) inbox.leave()
  all.limit(1)
  const again = [all.take(), all.take()]
  expect(again.filter((inbox) => three.includes(inbox))).toHaveLength(1)
})
