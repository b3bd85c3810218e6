import { pino, type DestinationStream, type Logger } from 'pino'
import pinoPretty from 'pino-pretty'
import { isoTime } from './iso-time.ts'
import { GatheredLines, SIZE, type BufferSink } from './gathered-lines.ts'

export type { Logger }

export interface LoggerOptions {
  readonly level: string
  readonly format: 'json' | 'pretty'
  /** Colours in the readable format. */
  readonly colour?: boolean
  /** Where lines go. Default: standard output. */
  readonly destination?: DestinationStream
}

/** Makes the gateway's one logger; all others are its children. */
export function createLogger(options: LoggerOptions): Logger {
  const settings = {
    level: options.level,
    base: null,
    timestamp: isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  const destination = options.destination ?? standardOutput(options.format)
  return pino(
    settings,
    options.format === 'pretty' ? prettyStream(destination, options.colour ?? false) : destination,
  )
}

/**
 * JSON lines are gathered for a tenth of a second. Where nobody reads, they are dropped at 16 MB.
 * Lines for people are written at once.
 */
function standardOutput(format: 'json' | 'pretty'): DestinationStream {
  if (format === 'pretty') return pino.destination({ fd: 1, sync: true })
  const options = {
    fd: 1,
    sync: false,
    minLength: SIZE,
    maxWrite: 2 * SIZE,
    maxLength: 16_777_216,
    periodicFlush: 100,
    contentMode: 'buffer',
  }
  const lines = new GatheredLines(pino.destination(options) as unknown as BufferSink, 100)
  process.once('exit', () => lines.flushSync())
  return lines
}

/** A logger that writes nothing. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' })
}

function prettyStream(destination: DestinationStream, colour: boolean): DestinationStream {
  return pinoPretty({
    destination: destination as never,
    colorize: colour,
    translateTime: 'SYS:HH:MM:ss',
    messageFormat: (log) => describe(log),
    ignore: 'pid,hostname,err',
    hideObject: true,
  })
}

/** One readable line: of a request what was asked and answered, of everything else who says what. */
function describe(log: Record<string, unknown>): string {
  const { event, app, msg, reason, status, method, host, path, ms } = log as Record<string, string>
  const error = log['err'] as { stack?: string; message?: string } | undefined
  const fault = error === undefined ? '' : `\n${error.stack ?? error.message}`
  if (event === 'request') return `${status} ${method} ${host}${path} ${ms} ms${fault}`
  return `${app === undefined ? '' : `${app} │ `}${msg}${reason === undefined ? '' : `: ${reason}`}${fault}`
}
