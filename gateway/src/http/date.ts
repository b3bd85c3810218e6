const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/
const RFC850_DATE = /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/
const ASCTIME_DATE = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/

/**
 * Reads one of the three forms of an HTTP date (RFC 9110 §5.6.7).
 * @returns milliseconds since the epoch; undefined where it is none
 */
export function parseHttpDate(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const isDate = IMF_FIXDATE.test(text) || RFC850_DATE.test(text)
  const time = Date.parse(ASCTIME_DATE.test(text) ? `${text} GMT` : isDate ? text : '')
  return Number.isNaN(time) ? undefined : time
}
