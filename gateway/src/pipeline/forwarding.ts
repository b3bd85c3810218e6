import { removeUntrusted } from '../http/request-headers.ts'
import { pathOf } from '../http/target.ts'
import type { Found } from '../tenants/directory.ts'
import type { Exchange } from './exchange.ts'

/** The build's id, then the page (Next's `shared/lib/router/utils/get-asset-path-from-route.js`). */
const DATA = /^\/_next\/data\/[^/]+\/.*\.json$/

/**
 * Makes the request's headers those that the app may believe: what strangers must not say goes,
 * the gateway's own come in.
 */
export function setForwardingHeaders(exchange: Exchange): void {
  const { req, found, peer } = exchange
  if (found === undefined) return
  const { headers } = req
  const before = exchange.trusted ? headers['x-forwarded-for'] : undefined
  const hasForwarded = exchange.trusted && headers['forwarded'] !== undefined
  removeUntrusted(headers)
  // Next's client sends it for data alone; elsewhere it has made redirects that a cache keeps for everyone.
  if (headers['x-nextjs-data'] !== undefined && !isForData(exchange)) {
    delete headers['x-nextjs-data']
  }
  headers['host'] = found.authority
  const known = before ?? (exchange.client === peer ? undefined : exchange.client)
  headers['x-forwarded-for'] = known === undefined ? peer : `${String(known)}, ${peer}`
  if (hasForwarded) headers['forwarded'] = forwardedOf(exchange, found)
  headers['x-forwarded-host'] = found.authority
  headers['x-forwarded-port'] = String(found.port ?? (exchange.scheme === 'https' ? 443 : 80))
  headers['x-forwarded-proto'] = exchange.scheme
  headers['x-request-id'] = exchange.id
  headers['x-tenant-id'] = found.rule.tenant.id
  headers['x-tenant-host'] = found.host
  headers['x-tenant-props'] = found.rule.tenant.propsHeader
  if (found.subdomain !== '') headers['x-tenant-subdomain'] = found.subdomain
}

/** Where the base path is not known, as of an upstream, any may stand in front. */
function isForData({ req, site }: Exchange): boolean {
  const path = pathOf(req.url ?? '')
  const start = path.indexOf('/_next/data/')
  if (start === -1 || !DATA.test(path.slice(start))) return false
  return site === undefined || path.slice(0, start) === site.basePath
}

/**
 * `Forwarded` with the client and this hop (RFC 7239 §4). It is written anew: a proxy that does not know the header hands on what a
 * stranger put into it.
 */
function forwardedOf({ client, peer, scheme }: Exchange, { authority }: Found): string {
  const hop = `for=${nodeOf(peer)};host="${authority}";proto=${scheme}`
  return client === peer ? hop : `for=${nodeOf(client)}, ${hop}`
}

function nodeOf(address: string): string {
  return address.includes(':') ? `"[${address}]"` : address
}
