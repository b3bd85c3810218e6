import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { createDebounce } from '../../../gateway/src/config/debounce.ts'

beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  jest.useRealTimers()
})

/** A call that lasts until it is ended. */
function slowCall(): {
  calls: number
  running: number
  call: () => Promise<void>
  end: () => void
} {
  const state = { calls: 0, running: 0, call, end: () => {} }
  async function call(): Promise<void> {
    state.calls += 1
    state.running += 1
    expect(state.running).toBe(1)
    await new Promise<void>((resolve) => {
      state.end = resolve
    })
    state.running -= 1
  }
  return state
}

test('one call for one event, when it was quiet', async () => {
  const call = jest.fn(async () => {})
  const { trigger } = createDebounce(100, 600, call)
  trigger()
  await jest.advanceTimersByTimeAsync(99)
  expect(call).toHaveBeenCalledTimes(0)
  await jest.advanceTimersByTimeAsync(1)
  expect(call).toHaveBeenCalledTimes(1)
  await jest.advanceTimersByTimeAsync(5000)
  expect(call).toHaveBeenCalledTimes(1)
})

test('each event begins the quiet time again, up to the latest time', async () => {
  const call = jest.fn(async () => {})
  const { trigger } = createDebounce(100, 600, call)
  for (let at = 0; at < 600; at += 50) {
    trigger()
    expect(call).toHaveBeenCalledTimes(0)
    await jest.advanceTimersByTimeAsync(50)
  }
  expect(call).toHaveBeenCalledTimes(1)
})

test('a hundred events in a second make two calls', async () => {
  const call = jest.fn(async () => {})
  const { trigger } = createDebounce(100, 600, call)
  for (let at = 0; at < 1000; at += 10) {
    trigger()
    await jest.advanceTimersByTimeAsync(10)
  }
  await jest.advanceTimersByTimeAsync(1000)
  expect(call).toHaveBeenCalledTimes(2)
})

test('events during a call lead to one more, after it', async () => {
  const slow = slowCall()
  const { trigger } = createDebounce(100, 600, slow.call)
  trigger()
  await jest.advanceTimersByTimeAsync(100)
  for (let at = 0; at < 2000; at += 100) {
    trigger()
    await jest.advanceTimersByTimeAsync(150)
  }
  expect(slow.calls).toBe(1)
  slow.end()
  await jest.advanceTimersByTimeAsync(0)
  expect(slow.calls).toBe(2)
  slow.end()
  await jest.advanceTimersByTimeAsync(5000)
  expect(slow.calls).toBe(2)
})

test('close drops what waits, and waits for what runs', async () => {
  const slow = slowCall()
  const { trigger, close } = createDebounce(100, 600, slow.call)
  trigger()
  await jest.advanceTimersByTimeAsync(100)
  trigger()
  await jest.advanceTimersByTimeAsync(100)
  let isClosed = false
  const closing = (async () => {
    await close()
    isClosed = true
  })()
  trigger()
  await jest.advanceTimersByTimeAsync(5000)
  expect(isClosed).toBe(false)
  slow.end()
  await closing
  await jest.advanceTimersByTimeAsync(5000)
  expect(slow.calls).toBe(1)
})

test('a call that rejects becomes a warning, and the next one is made', async () => {
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const error = new Error('no')
  const call = jest.fn(() => Promise.reject(error))
  const { trigger } = createDebounce(100, 600, call)
  for (let round = 1; round <= 2; round++) {
    trigger()
    await jest.advanceTimersByTimeAsync(100)
    expect(call).toHaveBeenCalledTimes(round)
    expect(warn).toHaveBeenLastCalledWith(error)
  }
  warn.mockRestore()
})
