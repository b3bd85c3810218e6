import type { AppConfig } from '../config/config.ts'
import type { Site } from '../releases/site.ts'
import type { PageNames } from './key.ts'

/**
 * How a path is answered: `whole`: from what was rendered once for all requests; `partial`: only a shell was; `other`: by a page that is
 * rendered for each request, a route handler, a file, or not at all.
 */
type PageKind = 'whole' | 'partial' | 'other'

/** What the build of an app says of its paths, as they stand in a request's target, without the query. */
export interface PathRules {
  /** Something that no key holds may decide the answer: `proxy.ts`, or a rule of the config with `has` or `missing`. */
  neverCache(path: string): boolean
  kindOf(path: string): PageKind
  /** A page that was rendered once for all queries, and that nothing leads away from. */
  ignoresQuery(path: string): boolean
  /** Next.js renders the page for this client alone, though it has one for all, which is as good for it. */
  isForCrawler(path: string, userAgent: string | undefined): boolean
  readonly names: PageNames
}

/** Of a build that cannot be read, nothing is known to be safe. */
const UNKNOWN: PathRules = {
  neverCache: () => true,
  kindOf: () => 'other',
  ignoresQuery: () => false,
  isForCrawler: () => false,
  names: { basePath: '', defaultLocales: [] },
}

/** @returns undefined for an app that is no build of Next.js: what it answers stands for itself */
export function pathRules(app: AppConfig, site: Site | undefined): PathRules | undefined {
  if (site === undefined) return app.release === undefined ? undefined : UNKNOWN
  const { rules, prerendered } = site
  const kindOf = (path: string): PageKind => {
    const page = prerendered.find(path)
    if (page === undefined) return 'other'
    return page.isPartial ? 'partial' : 'whole'
  }
  return {
    neverCache: (path) => rules.neverCache(path),
    kindOf,
    ignoresQuery: (path) =>
      kindOf(path) === 'whole' && !rules.neverCache(path) && !rules.leadsAway(path),
    isForCrawler: (path, userAgent) =>
      userAgent !== undefined &&
      site.crawlers?.test(userAgent) === true &&
      kindOf(path) === 'whole',
    names: namesOf(site),
  }
}

function namesOf({ basePath, i18n }: Site): PageNames {
  if (i18n === undefined) return { basePath, defaultLocales: [] }
  const { defaultLocale, domains = [] } = i18n
  return { basePath, defaultLocales: [defaultLocale, ...domains.map((each) => each.defaultLocale)] }
}
