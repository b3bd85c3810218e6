import type { Found } from '../tenants/directory.ts'

/** A longer target is not cached: keys of what is stored and what is not must stay small. */
export const MAX_TARGET = 4096

/**
 * The key of a URL among what is stored for a tenant: scheme, canonical host and port, what the wildcard stood for, whether
 * Next.js is asked for a page or for its RSC payload, path and query. The method is no part of it: HEAD is answered from GET.
 * @param target path and query
 */
export function resourceKey(scheme: string, found: Found, isRsc: boolean, target: string): string {
  return `${isRsc ? 'rsc+' : ''}${scheme}:${found.subdomain}:${found.authority}${target}`
}

const DATA = /^\/_next\/data\/[^/]+(\/.*)\.json$/

/**
 * The path as people and Next.js name it: decoded, without a slash at its end. Of `_next/data/<build>/posts.json` it is `/posts`,
 * as the data goes with its page.
 */
export function plainPath(path: string): string {
  const page = DATA.exec(path)?.[1] ?? path
  const decoded = decode(page === '/index' ? '/' : page)
  return decoded.length > 1 && decoded.endsWith('/') ? decoded.slice(0, -1) : decoded
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
