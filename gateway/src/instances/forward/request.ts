import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import { RequestError } from '../../errors.ts'
import { hasBody } from '../../http/body.ts'
import { isKnownFraming } from '../../http/framing.ts'
import { FILL, REVALIDATED } from '../../http/internal-headers.ts'
import { Received } from '../../http/messages.ts'
import { responseHeaders } from '../../http/response-headers.ts'
import { mayHaveTrailers, safeTrailers } from '../../http/trailers.ts'
import { corkForTurn } from '../gather.ts'
import { readAnnounced } from '../revalidation.ts'
import { hintsOf } from './early-hints.ts'
import { Hop, MAX_LISTENERS, type HopContext } from './hop.ts'
import { reasonOf } from './reason.ts'
import { optionsOf, proxy } from './proxy.ts'
import type { ForwardTarget } from './target.ts'

/** Forwards a request and streams the answer back, unbuffered. */
export function forwardRequest(
  req: IncomingMessage,
  res: ServerResponse,
  target: ForwardTarget,
  context: HopContext,
): Hop {
  const hop = new Hop(target, context)
  res.setMaxListeners(MAX_LISTENERS).once('close', () => leave(req, res, hop))
  send(req, res, hop, undefined)
  return hop
}

/** The client has its answer, or is gone. */
function leave(req: IncomingMessage, res: ServerResponse, hop: Hop): void {
  hop.end()
  const { sent } = hop
  if (sent === undefined || (hop.isAnswered && res.writableFinished && req.complete)) return
  // Answered before its body was there, or by the gateway: the rest is of no use, and a client that leaves now is not noticed.
  sent.destroy()
  req.unpipe(sent).resume()
}

/** @param firstError why it is sent again */
function send(req: IncomingMessage, res: ServerResponse, hop: Hop, firstError: unknown): void {
  const body = { pipe: (sent: ClientRequest) => begin(sent, req, res, hop) }
  const options = optionsOf(hop.target, hop.target.agent, hop, body)
  proxy.web(req, res, options, (error) => {
    // What comes behind a whole answer harms its connection alone.
    if (hop.isOver || hop.received?.complete === true) return
    if (firstError === undefined && mayRetry(error, req, hop)) send(req, res, hop, error)
    else hop.fail(firstError ?? error)
  })
}

/** http-proxy has made the request to the target; nothing of it is written yet. */
function begin(sent: ClientRequest, req: IncomingMessage, res: ServerResponse, hop: Hop): void {
  const { toPath } = hop.target
  const url = req.url ?? '/'
  sent.path = toPath === undefined ? url : toPath(url)
  const isBodiless = !hasBody(req)
  hop.begin(sent, () => {
    if (isBodiless) hop.clock?.await('firstByte')
    else sendBody(req, sent, hop)
  })
  sent.once('response', (answer) => relay(answer, req, res, hop))
  sent.on('information', ({ statusCode, headers: { link } }) => {
    if (statusCode === 103 && link !== undefined && !res.headersSent) {
      res.writeEarlyHints({ link: hintsOf(String(link)) })
    }
  })
  // Node.js tells nothing else of a switch of protocols that nobody asked for.
  sent.once('close', () => {
    if (hop.sent === sent && !hop.isAnswered) hop.fail(new Error('closed without an answer'))
  })
  if (isBodiless) {
    if (req instanceof Received) req.skipBody()
    sent.end()
  }
  if (res.destroyed) sent.destroy()
}

/** Nothing of a body is read before the connection stands: it can go to another target until then. */
function sendBody(req: IncomingMessage, sent: ClientRequest, hop: Hop): void {
  req.pipe(sent, { end: false })
  req.once('end', () => {
    if (sent.destroyed) return
    const trailers = safeTrailers(req.rawTrailers)
    if (trailers.length > 0 && req.headers['transfer-encoding'] !== undefined) {
      sent.addTrailers(trailers)
    }
    sent.end()
  })
  const { clock } = hop
  if (clock === undefined) return
  req.on('data', () => {
    if (!hop.isAnswered && !hop.isOver && sent.writableNeedDrain) clock.await('idle')
  })
  sent.on('drain', () => {
    if (!hop.isAnswered) clock.rest()
  })
  sent.once('finish', () => {
    if (!hop.isAnswered && !hop.isOver) clock.await('firstByte')
  })
}

function relay(answer: IncomingMessage, req: IncomingMessage, res: ServerResponse, hop: Hop): void {
  const { clock, context, target } = hop
  if (!isKnownFraming(answer)) {
    answer.destroy()
    hop.fail(new Error('an answer whose end is not sure'))
    return
  }
  hop.answer()
  const revalidated = answer.headers[REVALIDATED]
  if (typeof revalidated === 'string') target.revalidated?.(readAnnounced(revalidated))
  // The gateway has answered in the meantime.
  if (res.headersSent) {
    answer.destroy()
    return
  }
  hop.received = answer
  const status = answer.statusCode ?? 502
  const headers = responseHeaders(answer.rawHeaders, context.id, req.headers[FILL] !== undefined)
  const { trailer, 'transfer-encoding': coding } = answer.headers
  if (trailer !== undefined && coding !== undefined && mayHaveTrailers(req, status)) {
    headers.push('trailer', trailer)
  }
  target.rewrite?.(headers, req)
  try {
    res.writeHead(status, reasonOf(answer), headers)
  } catch (cause) {
    answer.destroy()
    // What the gateway cannot write is told as its own failure, so that no target is counted out for it.
    hop.fail(new RequestError('APP_FAILED', 502, { cause }))
    return
  }
  // The head does not wait for the body, and shares a packet with what of it is there.
  if (res.socket !== null) corkForTurn(res.socket)
  res.flushHeaders()
  clock?.await('idle')
  answer.on('data', (chunk) => {
    clock?.progress()
    if (res.destroyed || res.write(chunk)) return
    answer.pause()
    clock?.rest()
  })
  res.on('drain', () => {
    if (answer.readableEnded || hop.isOver) return
    clock?.await('idle')
    answer.resume()
  })
  answer.once('end', () => {
    // An answer that breaks off may end as well; it must not look complete to the client.
    if (!answer.complete) return
    clock?.rest()
    const trailers = safeTrailers(answer.rawTrailers)
    if (trailers.length > 0) res.addTrailers(trailers)
    res.end()
  })
  answer.once('close', () => {
    if (!answer.complete) hop.fail(new Error('the answer broke off'))
  })
}

/** Nothing was lost, and asking again is safe. */
function mayRetry(error: NodeJS.ErrnoException, req: IncomingMessage, hop: Hop): boolean {
  return (
    hop.context.decidesRetries !== true &&
    hop.isStale(error) &&
    (req.method === 'GET' || req.method === 'HEAD') &&
    !hasBody(req)
  )
}
