import type { Writable } from 'node:stream'

const PIECE = Buffer.alloc(65_536, 'x')

/** A body on its way. */
export interface Sending {
  /** Bytes that were not written yet. */
  readonly rest: number
  /** All of it was written, or the other side has closed. */
  readonly over: Promise<void>
}

/** Writes so many bytes, as they are taken. @param piece what they are made of, again and again */
export function sendBody(to: Writable, size: number, piece: Buffer = PIECE): Sending {
  let rest = size
  const over = new Promise<void>((resolve) => {
    const sendOn = (): void => {
      while (rest > 0) {
        const next = piece.subarray(0, rest)
        rest -= next.length
        if (!to.write(next)) return
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
