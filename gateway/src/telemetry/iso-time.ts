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
  const ms = now - of * 1000
  return `${text}${ms < 10 ? '00' : ms < 100 ? '0' : ''}${ms}Z"`
}
