import type { Socket } from 'node:net'

/**
 * Resets the connection, so that what was sent of an answer does not look complete. One that is about to be shut down
 * is only closed: Node.js forgets its handle without closing it, as libuv refuses to reset while it shuts down.
 */
export function resetConnection(socket: Socket): void {
  if (socket.writableEnded && socket.writableLength === 0) socket.destroy()
  else socket.resetAndDestroy()
}
