import { request } from 'node:http'
import { InstanceError } from '../errors.ts'

/** A request that asks an instance whether it works. */
export interface Probe {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Milliseconds. */
  readonly timeout: number
}

/** Asks over the instance's socket. @returns the status @throws {InstanceError} where no answer came in time */
export function probeSocket(
  socketPath: string,
  { path, headers, timeout }: Probe,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeout)
    const asked = request({ socketPath, agent: false, path, headers, signal }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    asked.once('error', (error) => {
      const why = signal.aborted ? `no answer within ${timeout} ms` : error.message
      reject(new InstanceError(`${path}: ${why}`, { cause: error }))
    })
    asked.end()
  })
}
