import { RequestError } from '../errors.ts'
import { parseHostHeader } from '../http/host.ts'
import type { Directory } from '../tenants/directory.ts'
import type { Exchange } from './exchange.ts'

const ORIGIN = /^(?:https?|wss?):\/\/([^/?#\s]{1,300})$/

/**
 * Refuses a WebSocket that a page of somebody else opens: browsers send the cookies of the tenant's host along, and no rule of
 * same origin holds them back (RFC 6455 §10.2). Programs send no Origin, and are no browser that could be misled.
 * @throws {RequestError} 403
 */
export function checkWebSocketOrigin(exchange: Exchange, directory: Directory): void {
  const { req, found, upgrade } = exchange
  const { origin } = req.headers
  if (upgrade?.protocol !== 'websocket' || found === undefined || origin === undefined) return
  const { tenant } = found.rule
  const { webSocketOrigins } = tenant
  if (webSocketOrigins.has(origin) || webSocketOrigins.has('*')) return
  const authority = ORIGIN.exec(origin)?.[1]
  const host = authority === undefined ? undefined : parseHostHeader(authority)?.host
  const lookup = host === undefined ? undefined : directory.lookup(host)
  if (lookup?.kind === 'found' && lookup.rule.tenant === tenant) return
  throw new RequestError('FOREIGN_ORIGIN', 403, { close: true })
}
