import type { Socket } from 'node:net'
import { RequestError } from '../errors.ts'

/**
 * Gives an upgrade up that the app does not answer: the client gets 504, and both sockets close.
 * @param timeout milliseconds
 */
export function limitHandshake(
  socket: Socket,
  timeout: number,
  fail: (error: unknown) => void,
): void {
  const before = socket.bytesWritten
  const timer = setTimeout(() => {
    const isAnswered = socket.bytesWritten > before
    if (!isAnswered && !socket.destroyed) fail(new RequestError('APP_TIMEOUT', 504))
  }, timeout)
  socket.once('close', () => clearTimeout(timer))
}
