import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { Passes } from '../../gateway/src/cache/passes.ts'

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

test('a key counts for ten seconds, for one where the app has failed, and for its tenant alone', () => {
  const passes = new Passes()
  passes.add('acme', '/a', false)
  passes.add('acme', '/failed', true)
  const known = (): boolean[] => [
    passes.has('acme', '/a'),
    passes.has('acme', '/failed'),
    passes.has('globex', '/a'),
  ]
  expect(known()).toEqual([true, true, false])
  jest.advanceTimersByTime(1001)
  expect(known()).toEqual([true, false, false])
  jest.advanceTimersByTime(9000)
  expect(known()).toEqual([false, false, false])
})

test('what counts no more is forgotten', () => {
  const passes = new Passes()
  for (let n = 0; n < 100; n++) passes.add('acme', `/${n}`, false)
  jest.advanceTimersByTime(10_001)
  passes.add('acme', '/last', false)
  expect(passes.size).toBe(1)
})
