import { SystemDate } from '../system-date.ts'

let second = -1
let text = ''

/** The time of a line as pino's own `isoTime` writes it, with one text for all lines of a second. */
export function isoTime(): string {
  const now = SystemDate.now()
  const of = Math.floor(now / 1000)
  if (of !== second) {
    second = of
    text = `,"time":"${new SystemDate(of * 1000).toISOString().slice(0, -4)}`
  }
  return `${text}${String(now - of * 1000).padStart(3, '0')}Z"`
}
