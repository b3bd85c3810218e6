import { RequestError } from '../errors.ts'
import { parseHostHeader } from '../http/host.ts'
import type { Exchange } from './exchange.ts'

const ABSOLUTE_FORM = /^https?:\/\/([^/?#]*)([^#]*)$/i

/**
 * Finds the one Host that the request names and makes its target origin-form (RFC 9112 §3.2).
 * @throws {RequestError} 400 where the Host is missing, there are several, or the target contradicts it
 */
export function readHost(exchange: Exchange): void {
  const { req } = exchange
  const target = req.url ?? ''
  const header = onlyHost(req.rawHeaders)
  if (header === undefined) throw badHost()
  if (target.charCodeAt(0) === 0x2f) {
    if (target.includes('#')) throw new RequestError('BAD_REQUEST', 400, { close: true })
    exchange.rawHost = header
    return
  }
  const [, authority, rest] = ABSOLUTE_FORM.exec(target) ?? []
  if (authority === undefined || rest === undefined) {
    throw new RequestError('BAD_REQUEST', 400, { close: true })
  }
  if (!isSameHost(authority, header, exchange.scheme)) throw badHost()
  exchange.rawHost = authority
  req.url = rest.startsWith('/') ? rest : `/${rest}`
}

/** The value of the Host header, undefined where there is none or more than one (RFC 9112 §3.2). */
function onlyHost(rawHeaders: readonly string[]): string | undefined {
  let host: string | undefined
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]
    if (name?.length !== 4 || name.toLowerCase() !== 'host') continue
    if (host !== undefined) return undefined
    host = rawHeaders[i + 1]
  }
  return host
}

function isSameHost(authority: string, header: string, scheme: 'http' | 'https'): boolean {
  const a = parseHostHeader(authority)
  const b = parseHostHeader(header)
  const defaultPort = scheme === 'https' ? 443 : 80
  return (
    a !== undefined &&
    b !== undefined &&
    a.host === b.host &&
    (a.port ?? defaultPort) === (b.port ?? defaultPort)
  )
}

function badHost(): RequestError {
  return new RequestError('BAD_HOST', 400, { close: true })
}
