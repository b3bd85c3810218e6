import type { Duplex } from 'node:stream'

/** Milliseconds for a client to read an answer and to close. */
const PATIENCE = 2000

/**
 * Ends our side of a connection, and destroys it when the client has closed its own, or soon after. What the client
 * still sends is read and dropped: were it left unread, the connection would be reset and the answer lost (RFC 9112 §9.6).
 */
export function endLingering(socket: Duplex): void {
  socket.end()
  linger(socket)
}

/** Closes a connection whose own side has ended already. */
export function linger(socket: Duplex): void {
  const timer = setTimeout(() => socket.destroy(), PATIENCE)
  socket.once('close', () => clearTimeout(timer))
  socket.once('end', () => socket.destroy())
}
