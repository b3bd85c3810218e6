import { RequestError } from '../errors.ts'
import type { Directory } from '../tenants/directory.ts'
import type { Exchange } from './exchange.ts'

/**
 * Finds the tenant of the exchange's Host.
 * @throws {RequestError} 400 malformed, 404 unknown
 */
export function findTenant(exchange: Exchange, directory: Directory): void {
  const lookup = directory.lookup(exchange.rawHost)
  if (lookup.kind === 'malformed') throw new RequestError('BAD_HOST', 400, { close: true })
  if (lookup.kind === 'unknown') throw new RequestError('UNKNOWN_HOST', 404)
  exchange.found = lookup
}

/** @throws {RequestError} 404 or 503, as its config says */
export function refuseSuspended({ found }: Exchange): void {
  const suspended = found?.rule.tenant.suspended ?? 0
  if (suspended === 0) return
  const options = suspended === 503 ? { retryAfter: 3600 } : {}
  throw new RequestError('TENANT_SUSPENDED', suspended, options)
}
