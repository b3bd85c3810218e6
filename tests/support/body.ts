import type { Writable } from 'node:stream'

const PIECE = Buffer.alloc(65_536, 'x')

/** A body on its way. */
export interface Sending {
  /** Bytes that were not written yet. */
  readonly rest: number
  /** All of it was written, or the other side has closed. */
  readonly over: Promise<void>
}

/** Writes so many bytes, as they are taken. */
export function sendBody(to: Writable, size: number): Sending {
  let rest = size
  const over = new Promise<void>((resolve) => {
    const sendOn = (): void => {
      while (rest > 0) {
        const piece = PIECE.subarray(0, rest)
        rest -= piece.length
        if (!to.write(piece)) return
      }
      resolve()
    }
    to.on('drain', sendOn).once('close', () => resolve())
    sendOn()
  })
  return {
    over,
    get rest() {
      return rest
    },
  }
}
