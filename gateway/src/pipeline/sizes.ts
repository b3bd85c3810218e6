import type { TenantLimits } from '../config/limits-schema.ts'
import { RequestError } from '../errors.ts'
import { declaredLength, limitBody } from '../http/body-limit.ts'
import { answerError } from './answer-error.ts'
import type { Exchange } from './exchange.ts'

/** @throws {RequestError} 414, 431, 413 where it exceeds what its tenant takes */
export function checkSize({ req, found }: Exchange): void {
  if (found === undefined) return
  const { url, headers, body } = found.rule.tenant.limits
  if ((req.url?.length ?? 0) > url) throw new RequestError('URL_TOO_LONG', 414, { limit: 'url' })
  if (req.rawHeaders.length > 2 * headers) {
    throw new RequestError('HEADERS_TOO_LARGE', 431, { limit: 'headers' })
  }
  if (declaredLength(req) > body || req.readableLength > body) throw bodyTooLarge()
}

/** Counts a body whose size is not declared; once it is too large, it is answered with 413. */
export function limitStreamedBody(exchange: Exchange, { body }: TenantLimits): void {
  if (exchange.req.headers['transfer-encoding'] === undefined) return
  limitBody(exchange.req, body, () => answerError(exchange, bodyTooLarge()))
}

function bodyTooLarge(): RequestError {
  return new RequestError('BODY_TOO_LARGE', 413, { close: true, limit: 'body' })
}
