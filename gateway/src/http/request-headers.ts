import type { IncomingHttpHeaders } from 'node:http'

/** Headers of one connection, never handed on (RFC 9110 §7.6.1). `transfer-encoding` is kept apart. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'upgrade',
  'http2-settings',
])

/**
 * Headers that say what only a proxy or Next.js itself may say. Next's own are those that
 * `server/lib/router-server.js`, `server/base-server.js` and `server/route-modules/` trust; a content security
 * policy is among them because its nonce is stored in shared ISR pages.
 */
const SPOOFABLE = new Set([
  'forwarded',
  'x-real-ip',
  'x-request-id',
  'x-matched-path',
  'x-now-route-matches',
  'x-action-forwarded',
  'x-invocation-id',
  'next-test-fetch-priority',
  'next-resume',
  'content-security-policy',
  'content-security-policy-report-only',
])

const SPOOFABLE_PREFIX =
  /^x-(?:tenant|forwarded|middleware|invoke|prerender-revalidate|next-(?:resume|revalidated?|cache)|tenantry)(?:-|$)/

/**
 * Takes out of a request's headers what belongs to the client's own connection and what a stranger must not say.
 * The headers that `Connection` names go first, so that it can name none that is set later.
 */
export function removeUntrusted(headers: IncomingHttpHeaders): void {
  if (headers.connection !== undefined) {
    for (const name of headers.connection.split(','))
      removeNamed(headers, name.trim().toLowerCase())
  }
  for (const name in headers) {
    if (isUntrusted(name)) delete headers[name]
  }
}

/** Headers that frame the message or name its host: `Connection` cannot take them away. */
const ESSENTIAL = new Set(['host', 'content-length', 'transfer-encoding', 'content-type'])

function removeNamed(headers: IncomingHttpHeaders, name: string): void {
  if (!ESSENTIAL.has(name)) delete headers[name]
}

/** Whether a header of this name, in lower case, is taken out of every request. */
export function isUntrusted(written: string): boolean {
  const hasUnderscore = written.includes('_')
  const name = hasUnderscore ? written.replaceAll('_', '-') : written
  if (HOP_BY_HOP.has(name) || SPOOFABLE.has(name) || name === 'expect') return true
  // For servers that write names with underscores, as CGI does, these frame a message or name its host.
  if (hasUnderscore && (ESSENTIAL.has(name) || name === 'x-nextjs-data')) return true
  return name.charCodeAt(0) === 0x78 && SPOOFABLE_PREFIX.test(name)
}
