import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/** Bytes of an answer for which a copy takes less than a second write. */
const MOST = 32_768

/** What the kernel takes at once is read from it no more: the next answer may use it. */
let memory: Buffer | undefined

/**
 * Sends the head and the body of an answer as one. Two writes that are gathered, as Node.js does it, take as long as a tenth of all that
 * is done for an answer from memory.
 * @param head in latin1
 */
export function sendTogether(socket: Socket, head: string, body: Uint8Array): void {
  const size = head.length + body.length
  if (size > MOST || socket.writableCorked > 0 || socket instanceof TLSSocket) {
    socket.cork()
    socket.write(head, 'latin1')
    socket.write(body)
    socket.uncork()
    return
  }
  memory ??= Buffer.allocUnsafeSlow(MOST)
  memory.write(head, 'latin1')
  memory.set(body, head.length)
  socket.write(memory.subarray(0, size))
  if (socket.writableLength > 0) memory = undefined
}
