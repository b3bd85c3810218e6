import { expect, jest, test } from '@jest/globals'
import { SystemDate } from '../../gateway/src/system-date.ts'
import { isoTime } from '../../gateway/src/telemetry/iso-time.ts'

test('the time of a line is that of the clock, whether the second is a new one or not', () => {
  const now = jest.spyOn(SystemDate, 'now')
  const start = Date.UTC(2026, 11, 31, 23, 59, 59)
  for (const ms of [0, 1, 9, 10, 99, 100, 999, 1000, 1007, 61_050, 1001, 0]) {
    now.mockReturnValue(start + ms)
    expect(isoTime()).toBe(`,"time":"${new Date(start + ms).toISOString()}"`)
  }
  now.mockRestore()
})
