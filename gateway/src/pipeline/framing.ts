import { RequestError } from '../errors.ts'
import { hasBody } from '../http/body.ts'
import { isKnownFraming } from '../http/framing.ts'
import type { Received } from '../http/received.ts'
import { hasFraming, safeTrailers } from '../http/trailers.ts'
import { answerError } from './answer-error.ts'
import type { Exchange } from './exchange.ts'

/** More header lines than this are refused: Node.js leaves out what comes after the thousandth, `Content-Length` too. */
const MAX_HEADERS = 500

/**
 * Refuses requests whose end the app might see elsewhere than the gateway does (RFC 9112 §11.2).
 * The parser has refused whatever is malformed by itself.
 * @throws {RequestError} 431 too many headers; 400 another version than HTTP/1, a transfer coding other than `chunked`,
 * a body behind an upgrade; later, trailers that frame; 417 another expectation than `100-continue`
 */
export function checkFraming(exchange: Exchange): void {
  const { req } = exchange
  if (req.rawHeaders.length > 2 * MAX_HEADERS) {
    throw new RequestError('HEADERS_TOO_LARGE', 431, { close: true })
  }
  const isUnread = req.upgrade && hasBody(req)
  if (isUnread || !isKnownFraming(req)) throw malformed()
  const { expect, 'transfer-encoding': coding } = req.headers
  if (expect !== undefined && expect.toLowerCase() !== '100-continue') {
    throw new RequestError('BAD_REQUEST', 417, { close: true })
  }
  if (coding !== undefined) checkTrailers(exchange)
}

/**
 * Trailers may come when the app has had the head: where they frame, the end of the body reaches nobody, so that no app has the
 * request whole. Of the others only those stay that the app may believe.
 */
function checkTrailers(exchange: Exchange): void {
  const { req } = exchange
  if (req.complete) {
    if (hasFraming(req.rawTrailers)) throw malformed()
    keepSafeTrailers(req)
    return
  }
  const push = req.push.bind(req)
  req.push = (chunk: Buffer | null, ...rest) => {
    if (chunk !== null) return push(chunk, ...rest)
    if (hasFraming(req.rawTrailers)) {
      req.socket.once('close', () => req.destroy())
      answerError(exchange, malformed())
      return true
    }
    keepSafeTrailers(req)
    return push(null)
  }
}

function keepSafeTrailers(req: Received): void {
  if (req.rawTrailers.length === 0) return
  const safe = safeTrailers(req.rawTrailers)
  req.rawTrailers = safe.flat()
  req.trailers = Object.fromEntries(safe.map(([name, value]) => [name.toLowerCase(), value]))
}

function malformed(): RequestError {
  return new RequestError('BAD_REQUEST', 400, { close: true })
}
