import type { Socket } from 'node:net'

/**
 * Nobody reads from the socket of an upgrade that waits, so that the end of it would not be seen. No byte is taken.
 * @returns ends it
 */
export function noticeLeaving(socket: Socket): () => void {
  const leave = (): unknown => socket.destroy()
  socket.once('end', leave).read(0)
  return () => socket.off('end', leave)
}
