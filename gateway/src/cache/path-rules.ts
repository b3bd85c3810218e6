import type { AppConfig } from '../config/config.ts'
import type { Site } from '../releases/site.ts'

/**
 * How a path is answered: `whole`: from what was rendered once for all requests; `partial`: only a shell was; `other`: by a page that is
 * rendered for each request, a route handler, a file, or not at all.
 */
export type PageKind = 'whole' | 'partial' | 'other'

/** What the build of an app says of its paths, as they stand in a request's target, without the query. */
export interface PathRules {
  /** Something that no key holds may decide the answer: `proxy.ts`, or a rule of the config with `has` or `missing`. */
  neverCache(path: string): boolean
  kindOf(path: string): PageKind
}

/** Of a build that cannot be read, nothing is known to be safe. */
const UNKNOWN: PathRules = { neverCache: () => true, kindOf: () => 'other' }

/** @returns undefined for an app that is no build of Next.js: what it answers stands for itself */
export function pathRules(app: AppConfig, site: Site | undefined): PathRules | undefined {
  if (site === undefined) return app.release === undefined ? undefined : UNKNOWN
  return {
    neverCache: (path) => site.rules.neverCache(path),
    kindOf(path) {
      const page = site.prerendered.find(path)
      if (page === undefined) return 'other'
      return page.isPartial ? 'partial' : 'whole'
    },
  }
}
