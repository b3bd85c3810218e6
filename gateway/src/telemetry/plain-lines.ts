import { pino, type DestinationStream, type Logger } from 'pino'
import { isoTime } from './iso-time.ts'

/** What stands in JSON as it is (RFC 8259 §7), of ASCII. */
const PLAIN = /^[ !#-[\]-~]*$/

/**
 * Writes lines of the level `info` to where pino writes them, as pino would. It costs a small part of what `logger.info`
 * costs, which is more than a whole answer from the cache.
 * @param logger without bindings of its own
 * @returns takes the members of a JSON object, without its braces, and the message
 */
export function plainLines(logger: Logger): (members: string, message: string) => void {
  const stream = Reflect.get(logger, pino.symbols.streamSym) as DestinationStream
  return (members, message) => {
    if (logger.isLevelEnabled('info')) {
      stream.write(`{"level":"info"${isoTime()},${members},"msg":"${message}"}\n`)
    }
  }
}

/** The text as a JSON string. */
export function quote(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text)
}
