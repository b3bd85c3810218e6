import { SystemDate } from '../system-date.ts'

let last = 0
let text = ''

/** The time of a line as pino's own `isoTime` writes it, with one text for all lines of a millisecond. */
export function isoTime(): string {
  const now = SystemDate.now()
  if (now !== last) {
    last = now
    text = `,"time":"${new SystemDate(now).toISOString()}"`
  }
  return text
}
