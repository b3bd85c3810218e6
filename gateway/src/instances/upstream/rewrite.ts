import type { IncomingMessage } from 'node:http'
import type { TargetConfig } from '../../config/config.ts'
import { isNamed } from '../../http/header-list.ts'
import { toPublicPath, type PathOptions } from './path.ts'

type Rewrite = (headers: string[], req: IncomingMessage) => void

const ABSOLUTE = /^(https?:)?\/\/([^/?#\\]*)([^]*)$/i
const REFRESH = /^(\s*\d[\d.]*\s*[;,]\s*(?:url\s*=\s*)?["']?)([^"']+)([^]*)$/i

/**
 * Changes an answer where the upstream names itself: its own origin in `Location`, `Content-Location` and `Refresh` becomes the
 * visitor's, cookie domains that are the upstream's alone go, and paths lose what was put in front of them.
 */
export function answerRewriter(targets: readonly TargetConfig[], path: PathOptions): Rewrite {
  const origins = new Set(targets.flatMap(originsOf))
  const hosts = targets.map(({ authority }) => authority.replace(/:\d+$/, ''))
  const hasPath = path.strip !== undefined || path.add !== undefined
  const toPublic = (url: string, req: IncomingMessage): string => {
    const [, scheme, authority, rest = ''] = ABSOLUTE.exec(url) ?? []
    if (authority !== undefined) {
      const origin = `${scheme ?? ''}//${authority}`.toLowerCase()
      return origins.has(origin) ? publicOrigin(req) + toPublicPath(path, rest) : url
    }
    // Absolute, so that what is left of a path such as /added//host is no host.
    return hasPath && url.startsWith('/') ? publicOrigin(req) + toPublicPath(path, url) : url
  }
  return (headers, req) => {
    for (let i = 0; i < headers.length; i += 2) {
      const name = headers[i] as string
      const value = headers[i + 1] as string
      if (isNamed(name, 'location') || isNamed(name, 'content-location')) {
        headers[i + 1] = toPublic(value, req)
      } else if (isNamed(name, 'refresh')) {
        headers[i + 1] = value.replace(
          REFRESH,
          (_, before: string, url: string, after: string) => before + toPublic(url, req) + after,
        )
      } else if (isNamed(name, 'set-cookie')) {
        headers[i + 1] = toPublicCookie(value, hosts, String(req.headers['x-tenant-host']), path)
      }
    }
  }
}

/** The ways in which a target may write its own origin. */
function originsOf({ endpoint, authority }: TargetConfig): string[] {
  const protocol = 'protocol' in endpoint ? endpoint.protocol : 'http:'
  const port = protocol === 'https:' ? 443 : 80
  const authorities = /:\d+$/.test(authority) ? [authority] : [authority, `${authority}:${port}`]
  return authorities.flatMap((each) => [`//${each}`, `${protocol}//${each}`])
}

/** As the gateway told it to the target. */
function publicOrigin({ headers }: IncomingMessage): string {
  return `${String(headers['x-forwarded-proto'])}://${String(headers['x-forwarded-host'])}`
}

function toPublicCookie(
  cookie: string,
  hosts: readonly string[],
  publicHost: string,
  path: PathOptions,
): string {
  if (!cookie.includes(';')) return cookie
  const [pair, ...attributes] = cookie.split(';')
  const kept = attributes.flatMap((attribute) => {
    const [name = '', value = ''] = attribute.split('=').map((part) => part.trim())
    if (name.toLowerCase() === 'domain') {
      const domain = value.replace(/^\./, '').toLowerCase()
      const isOwn = hosts.some((host) => covers(domain, host)) && !covers(domain, publicHost)
      return isOwn ? [] : attribute
    }
    return name.toLowerCase() === 'path' && value.startsWith('/')
      ? ` Path=${toPublicPath(path, value)}`
      : attribute
  })
  return [pair, ...kept].join(';')
}

/** Whether a cookie for the domain goes to the host (RFC 6265 §5.1.3). */
function covers(domain: string, host: string): boolean {
  return host === domain || (domain !== '' && host.endsWith(`.${domain}`))
}
