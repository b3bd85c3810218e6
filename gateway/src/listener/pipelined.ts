import type { Socket } from 'node:net'
import type { Received } from '../http/received.ts'

/** A client that sends more requests than this ahead of their answers is cut off, or more bytes of their heads. */
const MOST = 100
const MOST_BYTES = 65_536
/** So is whoever sends one ahead while so many of all clients wait. */
const MOST_OF_ALL = 2000

/** Counts the requests that clients have sent ahead, and that wait for their turn. */
export class Pipelined {
  readonly #bySocket = new WeakMap<Socket, { requests: number; bytes: number }>()
  #all = 0

  /** Counts it in. @returns called when it is its turn; undefined where the connection was closed, as it is one too many */
  enter(req: Received): (() => void) | undefined {
    const { socket } = req
    const waiting = this.#bySocket.get(socket) ?? this.#watch(socket)
    const bytes = sizeOfHead(req)
    const isTooMuch = waiting.requests >= MOST || waiting.bytes + bytes > MOST_BYTES
    if (isTooMuch || this.#all >= MOST_OF_ALL) {
      socket.destroy()
      return undefined
    }
    waiting.requests++
    waiting.bytes += bytes
    this.#all++
    return () => {
      waiting.bytes -= bytes
      // Not where it was counted out with its connection.
      if (waiting.requests === 0) return
      waiting.requests--
      this.#all--
    }
  }

  #watch(socket: Socket): { requests: number; bytes: number } {
    const waiting = { requests: 0, bytes: 0 }
    this.#bySocket.set(socket, waiting)
    // Those that still wait then are never served.
    socket.once('close', () => {
      this.#all -= waiting.requests
      waiting.requests = 0
    })
    return waiting
  }
}

/** Characters of what is kept of it. */
function sizeOfHead({ url = '', rawHeaders }: Received): number {
  return rawHeaders.reduce((sum, { length }) => sum + length, url.length)
}
