import type { Exchange } from './exchange.ts'

/**
 * Sends a visitor of an alias to the tenant's canonical host, path and query unchanged.
 * The target's host comes from config and the path follows it, so that `//evil.example` stays a path.
 * @returns whether the request is answered
 */
export function redirectAlias(exchange: Exchange): boolean {
  const { found, req, res } = exchange
  const redirect = found?.rule.redirect
  if (found === undefined || redirect === undefined) return false
  const port = found.port === undefined ? '' : `:${found.port}`
  exchange.outcome.served = 'redirect'
  res.writeHead(redirect.status, {
    location: `${exchange.scheme}://${redirect.to}${port}${req.url}`,
    'content-length': 0,
    'x-request-id': exchange.id,
  })
  res.end()
  req.resume()
  return true
}
