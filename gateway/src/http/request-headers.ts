import type { IncomingHttpHeaders } from 'node:http'

/**
 * Headers that are never handed on.
 * Those of one connection (RFC 9110 §7.6.1; `transfer-encoding` is kept apart), and those that say what only a proxy or Next.js
 * itself may say: `tests/security/next-request-headers.test.ts` holds the list against what the installed Next.js reads.
 */
const REMOVED = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'upgrade',
  'http2-settings',
  'expect',
  'forwarded',
  'x-real-ip',
  'x-request-id',
  // Which page of a build, with which parameters (`server/base-server.js`).
  'x-matched-path',
  'x-now-route-matches',
  'next-resume',
  // What one part of Next.js tells another (`server/app-render/action-handler.js`, `server/route-modules/route-module.js`).
  'x-action-forwarded',
  'x-invocation-id',
  // Its nonce is stored in shared pages (`server/app-render/get-script-nonce-from-header.js`).
  'content-security-policy',
  'content-security-policy-report-only',
])

/** The same for whole families. `x-invoke-*` is what Next.js 13 and 14 used inside. */
const REMOVED_FAMILIES = [
  'x-tenant',
  'x-tenantry',
  'x-forwarded',
  'x-middleware',
  'x-prerender-revalidate',
  'x-invoke',
  'x-next-resume',
  'x-next-cache',
  'x-next-revalidate',
  'x-next-revalidated',
]

/** Next's client says so of the data of its pages alone (`shared/lib/router/router.js`). */
const NEXT_DATA = 'x-nextjs-data'
const NEXT_DATA_PATH = '/_next/data/'

/**
 * Takes out of a request's headers what belongs to the client's own connection and what a stranger must not say.
 * The headers that `Connection` names go first, so that it can name none that is set later.
 * @param url target of the request
 */
export function removeUntrusted(headers: IncomingHttpHeaders, url: string): void {
  if (headers.connection !== undefined) {
    for (const name of headers.connection.split(','))
      removeNamed(headers, name.trim().toLowerCase())
  }
  for (const name in headers) {
    if (name.includes('_') ? isUntrustedSpelling(name) : isUntrusted(name)) delete headers[name]
  }
  if (headers[NEXT_DATA] !== undefined && !isNextData(headers[NEXT_DATA], url)) {
    delete headers[NEXT_DATA]
  }
}

/** Headers that frame the message or name its host: `Connection` cannot take them away. */
const ESSENTIAL = new Set(['host', 'content-length', 'transfer-encoding', 'content-type'])

function removeNamed(headers: IncomingHttpHeaders, name: string): void {
  if (!ESSENTIAL.has(name)) delete headers[name]
}

/** What makes variables of headers (CGI, WSGI) takes `_` and `-` for one. */
function isUntrustedSpelling(name: string): boolean {
  const plain = name.replaceAll('_', '-')
  return ESSENTIAL.has(plain) || plain === NEXT_DATA || isUntrusted(plain)
}

function isUntrusted(name: string): boolean {
  if (REMOVED.has(name)) return true
  if (name.charCodeAt(0) !== 0x78) return false
  for (const family of REMOVED_FAMILIES) {
    if (!name.startsWith(family)) continue
    if (name.length === family.length || name.charCodeAt(family.length) === 0x2d) return true
  }
  return false
}

function isNextData(value: string | string[] | undefined, url: string): boolean {
  return value === '1' && url.includes(NEXT_DATA_PATH)
}
