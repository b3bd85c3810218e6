import { removeUntrusted } from '../http/request-headers.ts'
import type { Found } from '../tenants/directory.ts'
import type { Exchange } from './exchange.ts'

/**
 * Makes the request's headers those that the app may believe: what strangers must not say goes,
 * the gateway's own come in.
 */
export function setForwardingHeaders(exchange: Exchange): void {
  const { req, found, peer } = exchange
  if (found === undefined) return
  const { headers } = req
  const before = exchange.trusted ? headers['x-forwarded-for'] : undefined
  const forwarded = exchange.trusted ? headers['forwarded'] : undefined
  removeUntrusted(headers)
  // Next's client sends it for data alone; elsewhere it has made redirects that a cache keeps for everyone.
  if (!req.url?.includes('/_next/data/')) delete headers['x-nextjs-data']
  headers['host'] = found.authority
  headers['x-forwarded-for'] = before === undefined ? peer : `${String(before)}, ${peer}`
  if (forwarded !== undefined) headers['forwarded'] = `${forwarded}, ${element(exchange, found)}`
  headers['x-forwarded-host'] = found.authority
  headers['x-forwarded-port'] = String(found.port ?? (exchange.scheme === 'https' ? 443 : 80))
  headers['x-forwarded-proto'] = exchange.scheme
  headers['x-request-id'] = exchange.id
  headers['x-tenant-id'] = found.rule.tenant.id
  headers['x-tenant-host'] = found.host
  headers['x-tenant-props'] = found.rule.tenant.propsHeader
  if (found.subdomain !== '') headers['x-tenant-subdomain'] = found.subdomain
}

/** What this hop adds to `Forwarded` (RFC 7239 §4). */
function element({ peer, scheme }: Exchange, { authority }: Found): string {
  const node = peer.includes(':') ? `"[${peer}]"` : peer
  return `for=${node};host="${authority}";proto=${scheme}`
}
