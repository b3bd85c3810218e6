import { expect, test } from '@jest/globals'
import { Rates } from '../../gateway/src/pipeline/rates.ts'

const SLOW = { perSecond: 1, burst: 3 }

/** How many of the requests pass. */
function passed(rates: Rates, count: number, ...of: Parameters<Rates['take']>): number {
  return Array.from({ length: count }, () => rates.take(...of)).filter((wait) => wait === 0).length
}

test('as many as the burst pass at once, then one has to wait', () => {
  const rates = new Rates(10)
  expect(passed(rates, 3, '10.0.0.1', SLOW)).toBe(3)
  expect(rates.take('10.0.0.1', SLOW)).toBe(1)
})

test('the burst is twice the rate where it is not said', () => {
  expect(passed(new Rates(10), 20, '10.0.0.1', { perSecond: 4 })).toBe(8)
})

test('keys are counted each for itself', () => {
  const rates = new Rates(10)
  passed(rates, 4, '10.0.0.1', SLOW)
  expect(rates.take('10.0.0.2', SLOW)).toBe(0)
  expect(rates.take('globex 10.0.0.1', SLOW)).toBe(0)
  expect(rates.take('10.0.0.1', SLOW)).toBe(1)
})

test('another rate in config counts anew', () => {
  const rates = new Rates(10)
  passed(rates, 4, '10.0.0.1', SLOW)
  expect(passed(rates, 9, '10.0.0.1', { perSecond: 1, burst: 5 })).toBe(5)
})

test('a flood of addresses is not kept beyond the size of the cache', () => {
  const rates = new Rates(100)
  passed(rates, 4, 'first', SLOW)
  for (let i = 0; i < 99; i++) rates.take(`10.0.0.${i}`, SLOW)
  expect(rates.take('first', SLOW)).toBe(1)
  for (let i = 0; i < 100; i++) rates.take(`10.0.1.${i}`, SLOW)
  expect(rates.take('first', SLOW)).toBe(0)
})
