import { InstanceError, RequestError, TargetTimeoutError } from '../../errors.ts'
import type { Target } from './target.ts'

/**
 * Tells by status who failed: 502 the target refused or gave no valid answer, 504 it took too long. The cause, for the log, names the
 * target.
 * @param isConnected the connection to the target stood
 */
export function targetFailure(error: unknown, target: Target, isConnected: boolean): RequestError {
  if (error instanceof RequestError) return error
  const cause = new InstanceError(`${target.name}: ${describe(error)}`)
  if (error instanceof TargetTimeoutError) {
    const code = error.phase === 'connect' ? 'APP_CONNECT_TIMEOUT' : 'APP_TIMEOUT'
    return new RequestError(code, 504, { cause })
  }
  return new RequestError(isConnected ? 'APP_FAILED' : 'APP_UNREACHABLE', 502, { cause })
}

/** Where every address of a name refused, Node.js has no message for the whole. */
function describe(error: unknown): string {
  const { message, errors } = error as Partial<AggregateError>
  return message || (errors?.map(describe).join(', ') ?? String(error))
}
