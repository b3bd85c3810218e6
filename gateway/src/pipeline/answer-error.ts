import type { RequestError } from '../errors.ts'
import { hasBody } from '../http/body.ts'
import { endLingering } from '../http/linger.ts'
import { resetConnection } from '../http/reset.ts'
import type { Exchange } from './exchange.ts'
import { renderErrorPage, toRequestError } from './error-page.ts'

/**
 * Ends the exchange with the error's page, or with what stands in for an app that failed. Where the head of another answer has gone out already,
 * the connection is reset: a truncated body must never look complete.
 */
export function answerError(exchange: Exchange, error: unknown): void {
  const { req, res, upgrade } = exchange
  if (exchange.isRefused) return
  const requestError = toRequestError(error)
  exchange.outcome.error ??= unexpected(requestError)
  exchange.outcome.limit ??= requestError.limit
  if (res.headersSent) {
    resetConnection(req.socket)
    return
  }
  if (res.destroyed || res.writableEnded) return
  const { status } = requestError
  if (status >= 500 && exchange.fallback?.fallBack(status) === true) return
  res.policy = undefined
  const page = renderErrorPage(requestError, exchange.id, req.headers.accept)
  const isUnread = upgrade === undefined && hasBody(req) && !req.complete
  if (upgrade !== undefined || isUnread) page.headers['connection'] = 'close'
  if (isUnread) req.socket.destroySoon = () => endLingering(req.socket)
  exchange.isRefused = true
  // An app in this process may still write, which is an error now and nobody's concern.
  res.on('error', () => {})
  // It may hold what an answer that could not be written said.
  res.statusMessage = ''
  res.writeHead(page.status, page.headers)
  res.end(page.body)
}

/** What the log should hold: not the refusals that clients cause, but what made an app fail. */
function unexpected(error: RequestError): unknown {
  return error.status >= 500 ? error.cause : undefined
}
