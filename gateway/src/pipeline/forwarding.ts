import { removeUntrusted } from '../http/request-headers.ts'
import { plainAddress } from '../http/trust.ts'
import type { Exchange } from './exchange.ts'

/**
 * Makes the request's headers those that the app may believe: what strangers must not say goes,
 * the gateway's own come in.
 */
export function setForwardingHeaders(exchange: Exchange): void {
  const { req, found } = exchange
  if (found === undefined) return
  const { headers } = req
  const peer = plainAddress(req.socket.remoteAddress ?? '')
  const before = exchange.trusted ? headers['x-forwarded-for'] : undefined
  removeUntrusted(headers)
  headers['host'] = found.authority
  headers['x-forwarded-for'] = before === undefined ? peer : `${String(before)}, ${peer}`
  headers['x-forwarded-host'] = found.authority
  headers['x-forwarded-port'] = String(found.port ?? (exchange.scheme === 'https' ? 443 : 80))
  headers['x-forwarded-proto'] = exchange.scheme
  headers['x-request-id'] = exchange.id
  headers['x-tenant-id'] = found.rule.tenant.id
  headers['x-tenant-host'] = found.host
  headers['x-tenant-props'] = found.rule.tenant.propsHeader
  if (found.subdomain !== '') headers['x-tenant-subdomain'] = found.subdomain
}
