import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** The parts of `next()`'s server that are used; the handlers are untyped in Next.js (`server/next.js`). */
export interface NextApp {
  prepare(): Promise<void>
  close(): Promise<void>
  readonly requestHandler: (req: IncomingMessage, res: ServerResponse) => Promise<void>
  readonly upgradeHandler: (req: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>
}

/** `next()` itself. */
export type CreateNext = (options: object) => NextApp

/** What `upgradeHandler` adds to every socket: a listener for errors. */
const NEXTS_OWN = 1

/**
 * Next.js never answers an upgrade that nothing in it takes, and hangs up on one for a page: both get 404. One that it
 * proxies (a rewrite to another origin) is answered later, and is told by the listeners that the proxy put on the socket
 * (`server/lib/router-utils/proxy-request.js`).
 */
export async function answerUpgrade(
  app: NextApp,
  req: IncomingMessage,
  socket: Socket,
  head: Buffer,
): Promise<number> {
  const before = socket.bytesWritten
  const listeners = socket.listenerCount('error')
  answerBeforeEnd(socket)
  try {
    await app.upgradeHandler(req, socket, head)
  } catch (error) {
    console.error(error)
  }
  if (socket.writableEnded) return 404
  const isProxied = socket.listenerCount('error') > listeners + NEXTS_OWN
  if (socket.bytesWritten > before || socket.destroyed || isProxied) return 101
  socket.end()
  return 404
}

/** Whoever ends the socket before a byte was written ends it with an answer: 404, or 502 where the proxy failed. */
function answerBeforeEnd(socket: Socket): void {
  const before = socket.bytesWritten
  const end = socket.end.bind(socket) as (...args: unknown[]) => Socket
  socket.end = (...args: unknown[]) => {
    if (socket.writableEnded || socket.bytesWritten > before) return end(...args)
    return end(args.length === 0 ? refusal('404 Not Found') : refusal('502 Bad Gateway'))
  }
}

function refusal(status: string): string {
  return `HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`
}
