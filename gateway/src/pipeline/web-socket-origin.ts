import { RequestError } from '../errors.ts'
import { parseHostHeader } from '../http/host.ts'
import type { Directory } from '../tenants/directory.ts'
import type { Exchange } from './exchange.ts'

const ORIGIN = /^(https?):\/\/([^/?#@]+)$/

/**
 * A browser lets every page open WebSockets to every host, cookies included (RFC 6455 §10.2): the page that asks must be on one
 * of the tenant's own hosts, or be named in its config. As in the config's hosts, every port is meant.
 * @throws {RequestError} 403
 */
export function checkOrigin(exchange: Exchange, directory: Directory): void {
  const { upgrade, found, req } = exchange
  if (upgrade === undefined || found === undefined) return
  const { origin } = req.headers
  const { origins, requireOrigin } = found.rule.tenant.webSockets
  const isAllowed =
    origin === undefined
      ? !requireOrigin
      : origins.has('*') || origins.has(origin) || isOwn(origin, exchange, directory)
  if (!isAllowed) throw new RequestError('FOREIGN_ORIGIN', 403)
}

/** A page that came over http, where this request did not, may have been written by whoever is on the way. */
function isOwn(origin: string, { found, scheme }: Exchange, directory: Directory): boolean {
  const [, asked, authority] = ORIGIN.exec(origin) ?? []
  if (authority === undefined || (scheme === 'https' && asked !== 'https')) return false
  const host = parseHostHeader(authority)?.host
  if (host === undefined || found === undefined) return false
  if (host === found.host) return true
  const match = directory.table.find(host)
  // Hosts that only the default tenant takes are anybody's.
  return match?.rule.kind !== 'default' && match?.rule.tenant.id === found.rule.tenant.id
}
