import { EventEmitter, once } from 'node:events'
import { createLogger, type Logger } from '../../gateway/dist/telemetry/logger.js'
import type { LogLine } from './tenantry.ts'

/** A logger for a gateway in this process, and what it has written. */
export interface RecordedLog {
  readonly logger: Logger
  readonly lines: LogLine[]
  /** Waits for the next line. */
  next(): Promise<unknown>
}

/** Records every line, from `debug` on. */
export function recordLog(): RecordedLog {
  const lines: LogLine[] = []
  const written = new EventEmitter().setMaxListeners(0)
  const destination = {
    write(line: string) {
      lines.push(JSON.parse(line) as LogLine)
      written.emit('line')
    },
  }
  const logger = createLogger({ level: 'debug', format: 'json', destination })
  return { logger, lines, next: () => once(written, 'line') }
}
