import { PassThrough } from 'node:stream'
import type { Logger } from '../../telemetry/logger.ts'
import { logOutput } from '../output.ts'
import { current, type Compartment } from './compartment.ts'
import { ownCopy } from './keyed.ts'

const STREAMS = { stdout: 'info', stderr: 'error' } as const

/** Makes what apps print, and what Next.js prints for them, lines of the log that name the app. */
export function logPrinted(logger: Logger): void {
  for (const [name, level] of Object.entries(STREAMS) as [
    'stdout' | 'stderr',
    'info' | 'error',
  ][]) {
    const stream = process[name]
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean
    const key = Symbol(name)
    const linesOf = (compartment: Compartment): PassThrough =>
      ownCopy(compartment, key, () => {
        const lines = new PassThrough()
        logOutput(lines, level, logger.child({ app: compartment.app }))
        return lines
      })
    Reflect.set(stream, 'write', (chunk: string | Uint8Array, ...rest: unknown[]) => {
      const compartment = current()
      if (compartment === undefined) return write(chunk, ...rest)
      linesOf(compartment).write(chunk)
      const done = rest.findLast((arg) => typeof arg === 'function')
      if (typeof done === 'function') queueMicrotask(() => void done())
      return true
    })
  }
}
