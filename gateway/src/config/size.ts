import { z } from 'zod'

const UNITS: Record<string, number> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 }
const SIZE = /^(\d{1,6})(b|kb|mb|gb)$/

const MEND = 'write a size such as 64kb, 10mb or 2gb'

/** A size as people write it (`64kb`, `10mb`, `2gb`; a kilobyte is 1024 bytes); its parsed value is bytes. */
export const sizeSchema: z.ZodType<number, string> = z
  .string(MEND)
  .regex(SIZE, { error: MEND })
  .meta({ title: 'size' })
  .transform((text) => {
    const [, amount, unit] = SIZE.exec(text) ?? []
    return Number(amount) * (UNITS[unit ?? ''] ?? Number.NaN)
  })
