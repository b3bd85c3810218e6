import type { Manifests, Route } from './manifests.ts'
import { decodePath } from './paths.ts'

/** The pages and route handlers of a build, as Next.js chooses among them (`server/lib/router-utils/resolve-routes.js`, `checkTrue`). */
export interface Routes {
  /**
   * @param name path without base path, locale and query, percent-encoded
   * @returns the page whose turn it is, such as `/about` or `/items/[id]`, rewrites left aside
   */
  first(name: string): string | undefined
  /** Whether `_next/data` of the page is served: Pages Router alone. */
  hasData(page: string): boolean
}

/** The order of dynamic routes in `routes-manifest.json` is the one in which Next.js tries them. */
export function createRoutes({ routes }: Manifests): Routes {
  const fixed = new Map(routes.staticRoutes.map(({ page }) => [decodePath(page), page]))
  const dynamic = routes.dynamicRoutes.filter(isTried).map(({ page, regex }) => ({
    page,
    regex: new RegExp(regex),
  }))
  const withData = new Set(routes.dataRoutes.map(({ page }) => page))
  return {
    first: (name) =>
      fixed.get(decodePath(name)) ?? dynamic.find(({ regex }) => regex.test(name))?.page,
    hasData: (page) => withData.has(page),
  }
}

/** Others are there for hosts with a router of their own. */
function isTried({ skipInternalRouting }: Route): boolean {
  return skipInternalRouting !== true
}
