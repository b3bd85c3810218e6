import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

// Next.js may put its own in the place of the global one.
const { setImmediate } = globalThis

/** Lets what is written on a socket in this turn of the event loop leave as one packet. */
export function corkForTurn(socket: Socket, then?: () => void): void {
  socket.cork()
  setImmediate(() => {
    socket.uncork()
    then?.()
  })
}

/** Next.js writes head, body and end of an answer apart: here they leave together, turn by turn. */
export function gatherWrites(res: ServerResponse): void {
  let isCorked = false
  const release = (): void => void (isCorked = false)
  for (const name of ['flushHeaders', 'write', 'end'] as const) {
    const original = res[name].bind(res) as (...args: unknown[]) => unknown
    Reflect.set(res, name, (...args: unknown[]) => {
      if (!isCorked && res.socket !== null) {
        isCorked = true
        corkForTurn(res.socket, release)
      }
      return original(...args)
    })
  }
}
