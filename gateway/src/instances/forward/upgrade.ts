import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { pipeline } from 'node:stream'
import { applyToList } from '../../http/answer-headers.ts'
import { isKnownFraming } from '../../http/framing.ts'
import { responseHeaders } from '../../http/response-headers.ts'
import { Hop, MAX_LISTENERS, type HopContext } from './hop.ts'
import { optionsOf, proxy, type HopOptions } from './proxy.ts'
import { reasonOf } from './reason.ts'
import type { ForwardTarget } from './target.ts'

/**
 * Forwards the request for an upgrade; on success the two sockets are one tunnel.
 * @param protocol what the client may change to; the pipeline took its own headers of it out
 */
export function forwardUpgrade(
  req: IncomingMessage,
  socket: Socket,
  head: Buffer,
  target: ForwardTarget,
  context: HopContext,
  protocol: string = 'websocket',
): Hop {
  req.headers.connection = 'Upgrade'
  req.headers.upgrade = protocol
  socket.setMaxListeners(MAX_LISTENERS).on('error', () => socket.destroy())
  const hop = new Hop(target, context)
  proxy.ws(req, socket, head, optionsOf(target, target.tunnelAgent, hop), () => socket.destroy())
  return hop
}

/** http-proxy sets its own listeners after this event, which end the client's socket before an error page can be written. */
proxy.on('proxyReqWs', (sent: ClientRequest, req, socket: Socket, options) => {
  const { hop } = options as HopOptions
  const { toPath } = hop.target
  const url = req.url ?? '/'
  sent.path = toPath === undefined ? url : toPath(url)
  hop.begin(sent, () => hop.clock?.await('firstByte'))
  const leave = (): unknown => socket.destroy()
  const closed = (): void => {
    hop.end()
    sent.destroy()
  }
  socket.once('end', leave).once('close', closed)
  // Starts reading, so that a client that leaves before the answer is noticed; no byte is taken.
  socket.read(0)
  const fail = (error: unknown): void => {
    socket.off('end', leave).off('close', closed)
    hop.fail(error)
  }
  sent.prependOnceListener('upgrade', (_res, inner: Socket) => {
    hop.answer()
    hop.context.upgraded?.(101)
    socket.off('end', leave)
    sent.removeAllListeners('error').on('error', () => socket.destroy())
    inner.on('error', () => inner.destroy())
    inner.once('close', () => socket.destroySoon())
    socket.once('close', () => inner.destroy())
  })
  queueMicrotask(() => {
    sent
      .removeAllListeners('error')
      .once('error', fail)
      .on('error', () => {})
    sent.removeAllListeners('response')
    sent.once('response', (res) => {
      if (!isKnownFraming(res)) {
        res.destroy()
        fail(new Error('an answer whose end is not sure'))
        return
      }
      endIdle(res.socket, hop)
      refuse(res, req, socket, hop)
    })
    sent.once('upgrade', (_res, inner: Socket) => endIdle(inner, hop))
  })
})

/** Bytes in either direction count; http-proxy takes any other timeout off the socket. */
function endIdle(inner: Socket, { target: { timeouts } }: Hop): void {
  if (timeouts !== undefined) inner.setTimeout(timeouts.idle, () => inner.destroy())
}

/** The app answered the handshake with a plain response: hand it on and close. */
function refuse(res: IncomingMessage, req: IncomingMessage, socket: Socket, hop: Hop): void {
  hop.answer()
  hop.context.upgraded?.(res.statusCode ?? 502)
  const { id, policy } = hop.context
  let headers = responseHeaders(res.rawHeaders, id)
  hop.target.rewrite?.(headers, req)
  if (policy !== undefined) headers = applyToList(policy, headers)
  headers.push('connection', 'close')
  let head = `HTTP/1.1 ${res.statusCode} ${reasonOf(res)}\r\n`
  for (let i = 0; i < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`
  socket.write(`${head}\r\n`)
  pipeline(res, socket, () => socket.destroySoon())
}
