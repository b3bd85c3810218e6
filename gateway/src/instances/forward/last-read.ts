import type { Socket } from 'node:net'

/** Milliseconds without a byte until nothing more is expected. */
const LAST_READ = 50

/**
 * Where a target answers before it has all of a request, and closes, the next write fails. Its answer has come by then, but Node.js would
 * destroy the socket before that is read.
 * @param mayBeAnswered asked as a write has failed
 */
export function readBeforeDestroy(socket: Socket, mayBeAnswered: (error: Error) => boolean): void {
  const destroy = socket.destroy.bind(socket)
  let isLastRead = false
  socket.destroy = (error?: NodeJS.ErrnoException) => {
    if (error?.syscall !== 'write') return destroy(error)
    // Pieces that were corked are written behind the first failure as well.
    if (isLastRead) return socket
    if (!mayBeAnswered(error)) return destroy(error)
    isLastRead = true
    socket.setTimeout(LAST_READ).on('timeout', () => {
      const before = socket.bytesRead
      // Where the event loop was held up, the time is over before what has come is read. A socket that is paused waits for its client.
      setImmediate(() => {
        if (!socket.isPaused() && socket.bytesRead === before) destroy(error)
      })
    })
    return socket
  }
}
