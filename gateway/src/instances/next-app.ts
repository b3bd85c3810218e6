import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { applyToList, type HeaderPolicy } from '../http/answer-headers.ts'
import { linger } from '../http/linger.ts'
import { pendingAnswer } from '../http/answer.ts'
import type { HandleContext } from './instance.ts'

/** The parts of `next()`'s server that are used; the handlers are untyped in Next.js (`server/next.js`). */
export interface NextApp {
  prepare(): Promise<void>
  close(): Promise<void>
  readonly requestHandler: (req: IncomingMessage, res: ServerResponse) => Promise<void>
  readonly upgradeHandler: (req: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>
}

/** `next()` itself. */
export type CreateNext = (options: object) => NextApp

/** The class of all servers that one copy of Next.js makes (`server/next-server.js`). */
export interface NodeServer {
  readonly prototype: object
}

/** @param require of a place where that copy is found */
export function nodeServerOf(require: NodeJS.Require): NodeServer {
  return (require('next/dist/server/next-server') as { default: NodeServer }).default
}

/** What `upgradeHandler` adds to every socket: a listener for errors. */
const NEXTS_OWN = 1

/** Of an upgrade that Next.js answers; nothing where the gateway sees the answer itself. */
export type UpgradeContext = Pick<HandleContext, 'upgraded' | 'policy'>

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
  context: UpgradeContext = {},
): Promise<void> {
  const before = socket.bytesWritten
  const listeners = socket.listenerCount('error')
  watchAnswer(socket, context)
  try {
    await app.upgradeHandler(req, socket, head)
  } catch (error) {
    console.error(error)
  }
  const isProxied = socket.listenerCount('error') > listeners + NEXTS_OWN
  if (socket.bytesWritten > before || socket.destroyed || isProxied) return
  socket.end()
}

/**
 * Sees the head of the answer as it is written, tells of its status, and puts into a refusal what config says. Whoever ends
 * the socket before that ends it with an answer: 404, or 502 where the proxy failed.
 */
function watchAnswer(socket: Socket, { upgraded, policy }: UpgradeContext): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean
  const end = socket.end.bind(socket) as (...args: unknown[]) => Socket
  const begin = (head: unknown): unknown => {
    Object.assign(socket, { write, end })
    const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(String(head)) ?? []
    upgraded?.(Number(status ?? 101))
    // Next.js reads from no socket that it refuses: bytes of the client would keep it open for ever.
    if (status !== '101') socket.once('finish', () => linger(socket.resume()))
    return policy === undefined || status === '101' ? head : amend(String(head), policy)
  }
  socket.write = (...args: unknown[]) => {
    // The gateway itself answers, as the app was late.
    if (pendingAnswer(socket) !== undefined) return write(...args)
    return write(begin(args[0]), ...args.slice(1))
  }
  socket.end = (...args: unknown[]) => {
    if (socket.writableEnded || pendingAnswer(socket) !== undefined) return end(...args)
    return end(begin(refusal(args.length === 0 ? '404 Not Found' : '502 Bad Gateway')))
  }
}

function refusal(status: string): string {
  return `HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`
}

/** @param text begins with the whole head of an answer; else it stays as it is */
function amend(text: string, policy: HeaderPolicy): string {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return text
  const [first, ...lines] = text.slice(0, end).split('\r\n')
  const headers = lines.flatMap((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).trim()]
  })
  const kept = applyToList(policy, headers)
  let head = `${first}\r\n`
  for (let i = 0; i < kept.length; i += 2) head += `${kept[i]}: ${kept[i + 1]}\r\n`
  return head + text.slice(end + 2)
}
