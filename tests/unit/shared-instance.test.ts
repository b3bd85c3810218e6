import { afterEach, expect, jest, test } from '@jest/globals'
import type { NextAppConfig } from '../../gateway/dist/config/config.js'
import { current, openCompartment } from '../../gateway/dist/instances/shared/compartment.js'
import { SharedInstance } from '../../gateway/dist/instances/shared/shared-instance.js'

const CONFIG = { id: 'one', next: {} } as NextAppConfig

afterEach(() => {
  jest.restoreAllMocks()
})

test.each<[string, () => Promise<void>, string[]]>([
  ['rejects', () => Promise.reject(new Error('not now')), ['one: Error: not now']],
  ['throws', fail, ['one: Error: not now']],
  ['never ends', () => new Promise(() => {}), []],
])('where the close() of Next.js %s, the app is cut off all the same', async (_, close, logged) => {
  const said: string[] = []
  jest.spyOn(console, 'error').mockImplementation((error) => {
    said.push(`${current()?.app}: ${String(error)}`)
  })
  const handle = openCompartment('one', {}, () => {})
  const forget = jest.fn()
  const instance = new SharedInstance(CONFIG, 1, {
    handle,
    app: { close, prepare: never, requestHandler: never, upgradeHandler: never },
    socketPath: '',
    forget,
  })
  await instance.close(10)
  expect(handle.compartment.app).toBe('closed')
  expect(forget).toHaveBeenCalledTimes(1)
  expect(await instance.ended).toEqual({ expected: true, reason: 'closed' })
  expect(said).toEqual(logged)
})

function fail(): never {
  throw new Error('not now')
}

function never(): Promise<void> {
  return new Promise(() => {})
}
