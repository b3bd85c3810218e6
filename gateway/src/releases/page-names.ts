import type { Manifests } from './manifests.ts'
import { decodePath, resolvePath } from './paths.ts'

/** What a page may be called that a path asks for. */
export interface PageName {
  /** What it may be called in the manifest, the likeliest first. */
  readonly inManifest: readonly string[]
  /** Without base path, locale and what is put behind the path of a page. */
  readonly bare: string
  /** The same with what is put behind it. */
  readonly given: string
  /** Of `_next/data`. */
  readonly isData: boolean
}

/** Next.js leads to the same path with single slashes, and keeps the query. */
const NOT_NORMAL = /\\|\/\//
const BEHIND = /\.rsc$|\.segments\/.*$/

/** @returns of a request's path its name; undefined where it can be no page's */
export function createNames({
  config,
  buildId,
}: Manifests): (path: string) => PageName | undefined {
  const { basePath = '', i18n } = config
  const dataPrefix = `/_next/data/${buildId}/`
  const locales = new Set(i18n?.locales.map((locale) => locale.toLowerCase()))
  const withoutLocale = (name: string): string => {
    const [, segment = ''] = name.split('/', 2)
    return locales.has(segment.toLowerCase()) ? name.slice(segment.length + 1) || '/' : name
  }
  return (path) => {
    if (NOT_NORMAL.test(path)) return undefined
    const resolved = resolvePath(path)
    if (resolved !== basePath && !resolved.startsWith(`${basePath}/`)) return undefined
    let given = resolved.slice(basePath.length).replace(/\/$/, '')
    const isData = given.startsWith(dataPrefix) && given.endsWith('.json')
    if (isData) given = given.slice(dataPrefix.length - 1, -'.json'.length)
    else if (given.includes('/_next/')) return undefined
    let bare = isData ? given : given.replace(BEHIND, '')
    if (bare === '' || (bare === '/index' && (isData || bare !== given))) bare = '/'
    const decoded = decodePath(bare)
    const names = decoded === bare ? [bare] : [bare, decoded]
    const inManifest = i18n
      ? names.flatMap((each) => [`/${i18n.defaultLocale}${each === '/' ? '' : each}`, each])
      : names
    if (isData || given === '') given = bare
    return { inManifest, bare: withoutLocale(bare), given: withoutLocale(given), isData }
  }
}
