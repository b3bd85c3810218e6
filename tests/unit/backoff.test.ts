import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { Backoff } from '../../gateway/src/lifecycle/backoff.ts'

beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  jest.useRealTimers()
})

/** How far the wait is from the one that was asked for, as a part of it; the jitter is a tenth either way. */
function jitter(backoff: Backoff, wait: number): number {
  return Math.abs(backoff.remaining() / wait - 1)
}

/** @param restartDelay @param maxRestartDelay milliseconds */
function waiting(restartDelay: number, maxRestartDelay: number, maxFailures = 100): Backoff {
  return new Backoff({ restartDelay, maxRestartDelay, maxFailures })
}

test('nothing failed: nothing to wait for', () => {
  expect(waiting(250, 30_000).remaining()).toBe(0)
})

test('an app that never comes up waits twice as long each time, up to the maximum', () => {
  const backoff = waiting(250, 30_000)
  for (const wait of [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
    backoff.fail()
    expect(jitter(backoff, wait)).toBeLessThanOrEqual(0.1)
  }
})

test('an app that was up is started again at once, then waits', () => {
  const backoff = waiting(250, 30_000)
  backoff.fail(performance.now())
  expect(backoff.remaining()).toBe(0)
  for (const wait of [250, 500, 1000]) {
    backoff.fail(performance.now())
    expect(jitter(backoff, wait)).toBeLessThanOrEqual(0.1)
  }
})

test('a run of ten seconds is forgiven, a shorter one is not', () => {
  const backoff = waiting(250, 30_000)
  for (let i = 0; i < 5; i++) backoff.fail(performance.now())
  let startedAt = performance.now()
  jest.advanceTimersByTime(9999)
  backoff.fail(startedAt)
  expect(jitter(backoff, 4000)).toBeLessThanOrEqual(0.1)
  startedAt = performance.now()
  jest.advanceTimersByTime(10_000)
  backoff.fail(startedAt)
  expect(backoff.remaining()).toBe(0)
  backoff.fail(performance.now())
  expect(jitter(backoff, 250)).toBeLessThanOrEqual(0.1)
})

test('the wait runs down with the clock', () => {
  const backoff = waiting(1000, 30_000)
  backoff.fail()
  const before = backoff.remaining()
  jest.advanceTimersByTime(400)
  expect(before - backoff.remaining()).toBeCloseTo(400)
  jest.advanceTimersByTime(1000)
  expect(backoff.remaining()).toBe(0)
})

test('after a reset, the next failure is the first', () => {
  const backoff = waiting(250, 30_000)
  for (let i = 0; i < 5; i++) backoff.fail()
  backoff.reset()
  expect(backoff.remaining()).toBe(0)
  backoff.fail()
  expect(jitter(backoff, 250)).toBeLessThanOrEqual(0.1)
})

test('a thousand failures wait the maximum, no longer', () => {
  const backoff = waiting(250, 30_000)
  for (let i = 0; i < 1000; i++) backoff.fail()
  expect(jitter(backoff, 30_000)).toBeLessThanOrEqual(0.1)
})

test('apps that fail together do not come back together', () => {
  const waits = Array.from({ length: 20 }, () => {
    const backoff = waiting(1000, 30_000)
    backoff.fail()
    return backoff.remaining()
  })
  expect(new Set(waits).size).toBeGreaterThan(1)
})

test('after too many failures in a row the breaker is open, and every wait is the longest', () => {
  const backoff = waiting(250, 30_000, 3)
  for (const wait of [250, 500]) {
    backoff.fail()
    expect(jitter(backoff, wait)).toBeLessThanOrEqual(0.1)
    expect(backoff.isOpen).toBe(false)
  }
  backoff.fail()
  expect(jitter(backoff, 30_000)).toBeLessThanOrEqual(0.1)
  expect(backoff.isOpen).toBe(true)
  backoff.reset()
  expect([backoff.isOpen, backoff.remaining()]).toEqual([false, 0])
})
