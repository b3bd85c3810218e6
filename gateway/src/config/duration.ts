import { z } from 'zod'

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
const DURATION = /^(\d{1,9})(ms|s|m|h)$/

const MEND = 'write a duration such as 250ms, 10s, 5m or 1h'

/** The longest that Node's timers take; they turn anything longer into 1 ms. */
const MAX_MS = 2_147_483_647

/** A duration as people write it (`250ms`, `10s`, `5m`, `1h`); its parsed value is milliseconds. */
export const durationSchema: z.ZodType<number, string> = z
  .string(MEND)
  .regex(DURATION, { error: MEND, abort: true })
  .refine((text) => toMs(text) >= 1 && toMs(text) <= MAX_MS, {
    error: 'is out of range: write a duration from 1ms to 596h',
  })
  .meta({ title: 'duration' })
  .transform(toMs)

function toMs(text: string): number {
  const [, amount, unit] = DURATION.exec(text) ?? []
  return Number(amount) * (UNITS[unit ?? ''] ?? Number.NaN)
}
