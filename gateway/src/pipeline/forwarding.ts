import { forwardedAddresses, listedAddresses } from '../http/client-address.ts'
import { removeUntrusted } from '../http/request-headers.ts'
import type { Exchange } from './exchange.ts'

/**
 * Makes the request's headers those that the app may believe: what strangers must not say goes,
 * the gateway's own come in. What trusted proxies say of the way to them is kept, and the peer appended.
 */
export function setForwardingHeaders(exchange: Exchange): void {
  const { req, found, peerAddress } = exchange
  if (found === undefined) return
  const { headers } = req
  const way = exchange.trusted ? wayTo(peerAddress, headers) : peerAddress
  const speaksForwarded = exchange.trusted && headers.forwarded !== undefined
  removeUntrusted(headers, req.url ?? '/')
  headers['host'] = found.authority
  headers['x-forwarded-for'] = way
  headers['x-forwarded-host'] = found.authority
  headers['x-forwarded-port'] = String(found.port ?? (exchange.scheme === 'https' ? 443 : 80))
  headers['x-forwarded-proto'] = exchange.scheme
  headers['x-request-id'] = exchange.id
  headers['x-tenant-id'] = found.rule.tenant.id
  headers['x-tenant-host'] = found.host
  headers['x-tenant-props'] = found.rule.tenant.propsHeader
  if (found.subdomain !== '') headers['x-tenant-subdomain'] = found.subdomain
  if (speaksForwarded) headers.forwarded = writeForwarded(way, found.authority, exchange.scheme)
}

type Headers = Exchange['req']['headers']

/** The addresses that a trusted proxy names, and the proxy; `X-Forwarded-For` wins over `Forwarded`. */
function wayTo(peer: string, headers: Headers): string {
  const list = headers['x-forwarded-for']
  if (list !== undefined) return `${String(list)}, ${peer}`
  if (headers.forwarded === undefined) return peer
  return [...forwardedAddresses(headers.forwarded), peer].join(', ')
}

/**
 * `Forwarded` (RFC 7239) that says the same as `X-Forwarded-*`. It is written anew: a proxy that knows nothing of it hands on
 * what a stranger wrote, hosts too.
 */
function writeForwarded(way: string, authority: string, scheme: string): string {
  const elements = listedAddresses(way).map((address) => {
    return address.includes(':') ? `for="[${address}]"` : `for=${address}`
  })
  return `${elements.join(', ')};host="${authority}";proto=${scheme}`
}
