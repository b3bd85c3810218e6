import './deprecated-extend.ts'
import type { Agent, ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { pipeline } from 'node:stream'
import httpProxy from 'http-proxy'
import { hasBody } from '../http/body.ts'
import { listWithRules } from '../http/header-rules.ts'
import { responseHeaders } from '../http/response-headers.ts'
import { corkForTurn } from './gather.ts'
import type { HandleContext } from './instance.ts'

/** Where a request is forwarded to. */
export interface ForwardTarget {
  readonly socketPath: string
  readonly agent: Agent
}

/** http-proxy hands its options on to its events: they carry the hop that a request makes. */
type HopOptions = httpProxy.ServerOptions & { readonly hop: Hop }

interface Hop {
  readonly context: HandleContext
  readonly target: ForwardTarget
  /** The request to the app, when it has its socket. */
  sent: ClientRequest | undefined
  /** Why it was sent again. */
  firstError: unknown
}

/**
 * http-proxy 1.18.1, and the only file that knows of it. Its passes `deleteLength`, `timeout`, `XHeaders` and
 * `checkMethodAndHeader` are left out: the first makes a chunked DELETE a smuggled request, the others are the pipeline's work.
 */
const proxy = httpProxy.createProxyServer({ toProxy: true, xfwd: false, selfHandleResponse: true })
const passes = proxy as unknown as Record<
  'webPasses' | 'wsPasses',
  ((...args: never[]) => unknown)[]
>
passes.webPasses = passes.webPasses.filter((pass) => pass.name === 'stream')
passes.wsPasses = passes.wsPasses.filter((pass) => pass.name === 'stream')
// With its own listener alone, http-proxy throws what it is told of.
proxy.on('error', () => {})

/** Forwards a request and streams the answer back, unbuffered. */
export function forwardRequest(
  req: IncomingMessage,
  res: ServerResponse,
  target: ForwardTarget,
  context: HandleContext,
): void {
  send(req, res, { context, target, sent: undefined, firstError: undefined })
}

function send(req: IncomingMessage, res: ServerResponse, hop: Hop): void {
  const { socketPath, agent } = hop.target
  const options: HopOptions = {
    target: { socketPath } as never,
    agent,
    // The path is set as the body follows: http-proxy would collapse `//`, the app gets it byte for byte.
    ignorePath: true,
    buffer: { pipe: (proxyReq: ClientRequest) => sendBody(req, proxyReq) } as never,
    hop,
  }
  proxy.web(req, res, options, (error) => onError(error, req, res, hop))
}

function sendBody(req: IncomingMessage, proxyReq: ClientRequest): void {
  proxyReq.path = req.url ?? '/'
  if (hasBody(req)) req.pipe(proxyReq)
  else proxyReq.end()
}

/** Emitted when the request to the app has its socket, before anything is written. */
proxy.on('proxyReq', (proxyReq, req, res, options) => {
  const { hop } = options as HopOptions
  hop.sent = proxyReq
  if (res.destroyed) proxyReq.destroy()
  res.once('close', () => {
    if (res.writableFinished && req.complete) return
    // Answered before its body was there: the rest is of no use, and a client that leaves now is not noticed.
    proxyReq.destroy()
    req.unpipe(proxyReq).resume()
  })
  proxyReq.once('response', (proxyRes) => relay(proxyRes, req, res, hop.context))
  proxyReq.on('information', (info) => {
    if (info.statusCode === 103) relayEarlyHints(info.headers, res)
  })
})

function relay(
  proxyRes: IncomingMessage,
  req: IncomingMessage,
  res: ServerResponse,
  { id }: HandleContext,
): void {
  const headers = responseHeaders(proxyRes.rawHeaders, id)
  if (proxyRes.headers.trailer !== undefined) headers.push('trailer', proxyRes.headers.trailer)
  try {
    res.writeHead(proxyRes.statusCode ?? 502, proxyRes.statusMessage ?? '', headers)
  } catch {
    proxyRes.destroy()
    req.socket.resetAndDestroy()
    return
  }
  // The head does not wait for the body, and shares a packet with what of it is there.
  if (res.socket !== null) corkForTurn(res.socket)
  res.flushHeaders()
  proxyRes.on('data', (chunk) => {
    if (!res.destroyed && !res.write(chunk)) proxyRes.pause()
  })
  res.on('drain', () => proxyRes.resume())
  proxyRes.once('end', () => {
    if (Object.keys(proxyRes.trailers).length > 0) res.addTrailers(proxyRes.trailers)
    res.end()
  })
  // An answer that breaks off must not look complete to the client.
  proxyRes.once('close', () => {
    if (!proxyRes.complete) req.socket.resetAndDestroy()
  })
}

function relayEarlyHints(headers: IncomingMessage['headers'], res: ServerResponse): void {
  const link = headers['link']
  if (link !== undefined && !res.headersSent) res.writeEarlyHints({ link })
}

function onError(
  error: NodeJS.ErrnoException,
  req: IncomingMessage,
  res: ServerResponse,
  hop: Hop,
): void {
  if (res.destroyed || res.writableEnded) return
  if (mayRetry(error, req, res, hop)) {
    hop.firstError = error
    send(req, res, hop)
    return
  }
  hop.context.fail(hop.firstError ?? error)
}

/** A kept-alive socket that the app closed just as it was used: nothing was lost, and asking again is safe. */
function mayRetry(
  error: NodeJS.ErrnoException,
  req: IncomingMessage,
  res: ServerResponse,
  hop: Hop,
): boolean {
  return (
    hop.firstError === undefined &&
    !res.headersSent &&
    (error.code === 'ECONNRESET' || error.code === 'EPIPE') &&
    hop.sent?.reusedSocket === true &&
    (req.method === 'GET' || req.method === 'HEAD') &&
    !hasBody(req)
  )
}

/** Forwards a WebSocket handshake; on success the two sockets are one tunnel. */
export function forwardUpgrade(
  req: IncomingMessage,
  socket: Socket,
  head: Buffer,
  target: ForwardTarget,
  context: HandleContext,
): void {
  req.headers.connection = 'Upgrade'
  req.headers.upgrade = 'websocket'
  socket.on('error', () => socket.destroy())
  const hop: Hop = { context, target, sent: undefined, firstError: undefined }
  const options: HopOptions = { target: { socketPath: target.socketPath } as never, hop }
  proxy.ws(req, socket, head, options, () => socket.destroy())
}

/** http-proxy sets its own listeners after this event, which end the client's socket before an error page can be written. */
proxy.on('proxyReqWs', (proxyReq, req, socket, options) => {
  const { context } = (options as HopOptions).hop
  proxyReq.path = req.url ?? '/'
  const leave = (): unknown => socket.destroy()
  socket.once('end', leave).once('close', () => proxyReq.destroy())
  // Starts reading, so that a client that leaves before the answer is noticed; no byte is taken.
  socket.read(0)
  proxyReq.prependOnceListener('upgrade', (_res, proxySocket: Socket) => {
    context.upgraded?.(101)
    socket.off('end', leave)
    proxyReq.removeAllListeners('error').on('error', () => socket.destroy())
    proxySocket.on('error', () => proxySocket.destroy())
    proxySocket.once('close', () => socket.destroySoon())
    socket.once('close', () => proxySocket.destroy())
  })
  queueMicrotask(() => {
    proxyReq
      .removeAllListeners('error')
      .once('error', context.fail)
      .on('error', () => {})
    proxyReq.removeAllListeners('response')
    proxyReq.once('response', (res) => refuse(res, socket, context))
  })
})

/** The app answered the handshake with a plain response: hand it on and close. */
function refuse(res: IncomingMessage, socket: Socket, context: HandleContext): void {
  const { id, upgraded, headerRules } = context
  upgraded?.(res.statusCode ?? 502)
  const said = responseHeaders(res.rawHeaders, id)
  const ruled = headerRules === undefined ? said : listWithRules(headerRules, said)
  const headers = [...ruled, 'connection', 'close']
  let head = `HTTP/1.1 ${res.statusCode} ${res.statusMessage}\r\n`
  for (let i = 0; i < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`
  socket.write(`${head}\r\n`)
  pipeline(res, socket, () => socket.destroySoon())
}
