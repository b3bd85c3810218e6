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

/** What of an app makes several paths one page. */
export interface PageNames {
  /** Begins with a slash and ends without; may be empty. */
  readonly basePath: string
  /** Locales that a path need not name; of several domains, the default of each. */
  readonly defaultLocales: readonly string[]
}

const NO_NAMES: PageNames = { basePath: '', defaultLocales: [] }

/**
 * The path as people and Next.js name it: with the base path, decoded, without a slash at its end and without a default locale. Of
 * `_next/data/<build>/posts.json` it is `/posts`, as the data goes with its page.
 */
export function plainPath(path: string, names: PageNames = NO_NAMES): string {
  const { basePath, defaultLocales } = names
  const isBelow = path === basePath || path.startsWith(`${basePath}/`)
  const base = isBelow ? basePath : ''
  const bare = path.slice(base.length)
  let page = decode(DATA.exec(bare)?.[1] ?? bare)
  const [, locale = ''] = page.split('/', 2)
  if (isBelow && defaultLocales.includes(locale)) page = page.slice(locale.length + 1)
  if (page === '/index') page = ''
  const plain = base + (page.endsWith('/') ? page.slice(0, -1) : page)
  return plain === '' ? '/' : plain
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
