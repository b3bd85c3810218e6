import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { Refusals } from '../../gateway/src/listener/refusals.ts'

const reported: unknown[] = []

beforeEach(() => {
  jest.useFakeTimers()
  reported.length = 0
})

afterEach(() => void jest.useRealTimers())

test('the first of a kind is reported at once, those that follow together, with the last of their peers', () => {
  const refusals = new Refusals((...report) => reported.push(report))
  for (const peer of ['10.0.0.1', '10.0.0.2', '10.0.0.3']) refusals.count('malformed', peer)
  refusals.count('connections')
  const first = [
    ['malformed', 1, '10.0.0.1'],
    ['connections', 1, undefined],
  ]
  expect(reported).toEqual(first)
  jest.advanceTimersByTime(10_000)
  expect(reported).toEqual([...first, ['malformed', 2, '10.0.0.3']])
  refusals.count('malformed', '10.0.0.4')
  expect(reported.at(-1)).toEqual(['malformed', 1, '10.0.0.4'])
})
