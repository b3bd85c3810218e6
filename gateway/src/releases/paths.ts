import type { BuildConfig } from './manifests.ts'

/** The spellings of one request's path that Next.js holds against its rules. */
export interface Spellings {
  /** For rules of the app: with a locale wherever the build has locales. */
  readonly localized: readonly string[]
  /** For rules of Next.js itself: without the default locale. */
  readonly internal: readonly string[]
  /** For `proxy.ts`: the same as `localized`, and decoded. */
  readonly middleware: readonly string[]
}

/**
 * All spellings in which `server/lib/router-utils/resolve-routes.js` may match a path, whatever the host and its headers say:
 * dot segments resolved, the default locale of every domain added, a `_next/data` path made that of its page.
 * @param path of the request, base path included, without the query
 */
export function createSpelling(config: BuildConfig, buildId: string): (path: string) => Spellings {
  const { basePath = '', i18n, trailingSlash } = config
  const locales = new Set(i18n?.locales.map((locale) => locale.toLowerCase()))
  const defaults = i18n ? [i18n.defaultLocale, ...(i18n.domains ?? []).map(domainLocale)] : []
  const dataPrefix = `${basePath}/_next/data/${buildId}/`
  const pageOf = (path: string): string | undefined => {
    if (!path.startsWith(dataPrefix) || !path.endsWith('.json')) return undefined
    const page = path.slice(dataPrefix.length, -'.json'.length)
    return `${basePath}/${page === 'index' ? '' : page}`
  }
  const localized = (path: string): string[] => {
    const hasBase = path === basePath || path.startsWith(`${basePath}/`)
    const bare = hasBase ? path.slice(basePath.length) : path
    if (defaults.length === 0 || bare.startsWith('/_next/')) return [path]
    if (locales.has(firstSegment(bare))) return [path]
    const base = hasBase ? basePath : ''
    return [...new Set(defaults)].map((locale) => `${base}/${locale}${bare === '/' ? '' : bare}`)
  }
  const internal = (path: string): string[] => {
    const hasBase = path === basePath || path.startsWith(`${basePath}/`)
    const bare = hasBase ? path.slice(basePath.length) : path
    const segment = firstSegment(bare)
    const isDefault = defaults.some((locale) => locale.toLowerCase() === segment)
    return isDefault
      ? [path, `${hasBase ? basePath : ''}${bare.slice(segment.length + 1) || '/'}`]
      : [path]
  }
  return (path) => {
    const resolved = resolvePath(path)
    const page = pageOf(resolved)
    const plain = new Set([path, resolved, ...(page === undefined ? [] : [page])])
    if (trailingSlash === true && page !== undefined) plain.add(`${page}/`)
    const all = new Set([...plain].flatMap(localized))
    const decoded = [...all, ...plain].map(decodePath)
    return {
      localized: [...all],
      internal: [...new Set([...plain].flatMap(internal))],
      middleware: [...new Set([...all, ...decoded])],
    }
  }
}

function domainLocale({ defaultLocale }: { readonly defaultLocale: string }): string {
  return defaultLocale
}

/** In lower case, without the slashes. */
function firstSegment(path: string): string {
  return (path.split('/', 2)[1] ?? '').toLowerCase()
}

/** Without dot segments, as Next.js reads a target. */
export function resolvePath(path: string): string {
  const url = `http://n${path}`
  return URL.canParse(url) ? new URL(url).pathname : path
}

/** @returns the path as it is where it cannot be decoded */
export function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/**
 * Where build files lie besides `<basePath>/_next/`: the path of `assetPrefix`, empty where there is none or it is the base path. As Next.js makes a
 * rewrite of it (`lib/load-custom-routes.js`, `loadRewrites`); with languages that never matches.
 */
export function assetAliasOf({ assetPrefix = '', basePath = '', i18n }: BuildConfig): string {
  if (i18n) return ''
  const isUrl = /^https?:\/\//.test(assetPrefix) && URL.canParse(assetPrefix)
  const path = isUrl ? new URL(assetPrefix).pathname : assetPrefix
  if (path === '' || path === '/') return ''
  const prefix = path.startsWith('/') ? path : `/${path}`
  return prefix === basePath ? '' : prefix
}
