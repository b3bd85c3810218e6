import { expect, test } from '@jest/globals'
import { Inbox } from '../../gateway/dist/instances/forward/inbox.js'

test('an inbox is used again when nothing of it is lent and nobody reads into it, and not before', () => {
  const one = Inbox.take()
  const backs = [one.lend(), one.lend()]
  one.leave()
  const others = new Set([Inbox.take(), Inbox.take()])
  expect(others.has(one)).toBe(false)
  backs[0]?.()
  backs[0]?.()
  expect(one.isLent).toBe(true)
  expect(Inbox.take()).not.toBe(one)
  backs[1]?.()
  expect(Inbox.take()).toBe(one)
  expect(Inbox.take()).not.toBe(one)
})

test('what is given back while it is read into stays with its reader', () => {
  const one = Inbox.take()
  one.lend()()
  expect(one.isLent).toBe(false)
  expect(Inbox.take()).not.toBe(one)
  one.leave()
  expect(Inbox.take()).toBe(one)
})
