import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { applyToList } from '../../http/answer-headers.ts'
import { isKnownFraming } from '../../http/framing.ts'
import { removeField } from '../../http/header-list.ts'
import { noticeLeaving } from '../../http/notice-leaving.ts'
import { resetConnection } from '../../http/reset.ts'
import { responseHeaders } from '../../http/response-headers.ts'
import { Hop, MAX_LISTENERS, type HopContext } from './hop.ts'
import { proxy, upgradeOptions, type UpgradeOptions } from './proxy.ts'
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
  const options = upgradeOptions(target, target.tunnelAgent, hop)
  proxy.ws(req, socket, head, options, () => socket.destroy())
  // In this tick: a connection may fail in the next one.
  options.made.listen?.()
  return hop
}

/** http-proxy sets its own listeners after this event; all of them are replaced. */
proxy.on('proxyReqWs', (sent: ClientRequest, req, socket: Socket, options) => {
  const { hop, made } = options as UpgradeOptions
  const { toPath } = hop.target
  const url = req.url ?? '/'
  sent.path = toPath === undefined ? url : toPath(url)
  follow(sent, hop)
  const stopNoticing = noticeLeaving(socket)
  const closed = (): void => {
    hop.end()
    sent.destroy()
  }
  socket.once('close', closed)
  const fail = (error: unknown): void => {
    // What breaks behind the head of a refusal is told by its end.
    if (hop.isAnswered) return
    stopNoticing()
    socket.off('close', closed)
    hop.fail(error)
  }
  made.listen = () => {
    for (const name of ['error', 'response', 'upgrade']) sent.removeAllListeners(name)
    sent.once('error', fail).on('error', () => {})
    sent.once('response', (res) => {
      // A switch to no protocol is no answer.
      if (res.statusCode === 101 || !isKnownFraming(res)) {
        res.destroy()
        fail(new Error('an answer whose end is not sure'))
        return
      }
      endIdle(res.socket, hop)
      refuse(res, req, socket, hop)
    })
    sent.once('upgrade', (res, inner: Socket, rest: Buffer) => {
      inner.on('error', () => inner.destroy())
      const { upgrade = '' } = res.headers
      if (upgrade.toLowerCase() !== req.headers.upgrade) {
        inner.destroy()
        fail(new Error('a switch to another protocol than was asked for'))
        return
      }
      stopNoticing()
      writeHead(res, req, socket, hop, ['connection', 'Upgrade', 'upgrade', upgrade])
      tunnel(inner, rest, socket)
      endIdle(inner, hop)
    })
  }
})

/** The time to connect begins as the request is made, and ends when its connection stands. */
function follow(sent: ClientRequest, hop: Hop): void {
  const { maxHeaderSize } = hop.target
  if (maxHeaderSize !== undefined) Reflect.set(sent, 'maxHeaderSize', maxHeaderSize)
  hop.sent = sent
  hop.clock?.await('connect')
  const connected = (): void => {
    hop.connected()
    if (!hop.isOver) hop.clock?.await('firstByte')
  }
  sent.once('socket', (socket: Socket & { encrypted?: boolean }) => {
    socket.once(socket.encrypted === true ? 'secureConnect' : 'connect', connected)
  })
}

/** Bytes in either direction count. */
function endIdle(inner: Socket, { target: { timeouts } }: Hop): void {
  if (timeouts !== undefined) inner.setTimeout(timeouts.idle, () => inner.destroy())
}

/** @param rest what came behind the head of the answer */
function tunnel(inner: Socket, rest: Buffer, socket: Socket): void {
  inner.setNoDelay(true).setKeepAlive(true)
  if (rest.length > 0) inner.unshift(rest)
  inner.once('close', () => socket.destroySoon())
  socket.once('close', () => inner.destroy())
  inner.pipe(socket).pipe(inner)
}

/** The app answered the handshake with a plain response: hand it on and close. Its end is that of the connection. */
function refuse(res: IncomingMessage, req: IncomingMessage, socket: Socket, hop: Hop): void {
  writeHead(res, req, socket, hop, ['connection', 'close'])
  res.on('error', () => {})
  res.once('close', () => {
    if (res.complete) socket.destroySoon()
    else resetConnection(socket)
  })
  res.pipe(socket, { end: false })
}

/** @param connection the headers of the client's connection: name, value, name, value */
function writeHead(
  res: IncomingMessage,
  req: IncomingMessage,
  socket: Socket,
  hop: Hop,
  connection: readonly string[],
): void {
  const status = res.statusCode ?? 502
  hop.answer()
  hop.context.upgraded?.(status)
  const { id, policy } = hop.context
  let headers = responseHeaders(res.rawHeaders, id)
  hop.target.rewrite?.(headers, req)
  if (policy !== undefined) headers = applyToList(policy, headers)
  // A switch of protocols has no content (RFC 9110 §8.6).
  if (status === 101) removeField(headers, 'content-length')
  headers.push(...connection)
  let head = `HTTP/1.1 ${status} ${reasonOf(res.statusMessage)}\r\n`
  for (let i = 0; i < headers.length; i += 2) {
    head += `${headers[i]}: ${headers[i + 1]}\r\n`
  }
  socket.write(`${head}\r\n`, 'latin1')
}
