import type { RequestError } from '../errors.ts'
import { hasBody } from '../http/body.ts'
import type { Exchange } from './exchange.ts'
import { renderErrorPage, toRequestError } from './error-page.ts'
import { dropTenantHeaders } from './tenant-headers.ts'

/**
 * Ends the exchange with the error's page. Where the head of another answer has gone out already,
 * the connection is reset: a truncated body must never look complete.
 */
export function answerError(exchange: Exchange, error: unknown): void {
  const { req, res, upgrade } = exchange
  const requestError = toRequestError(error)
  exchange.error ??= unexpected(requestError)
  if (res.headersSent) {
    req.socket.resetAndDestroy()
    return
  }
  if (res.destroyed || res.writableEnded) return
  const page = renderErrorPage(requestError, exchange.id, req.headers.accept)
  if (upgrade !== undefined || (hasBody(req) && !req.complete)) page.headers['connection'] = 'close'
  dropTenantHeaders(exchange)
  res.writeHead(page.status, page.headers)
  res.end(page.body)
}

/** What the log should hold: not the refusals that clients cause, but what made an app fail. */
function unexpected(error: RequestError): unknown {
  return error.status >= 500 ? error.cause : undefined
}
