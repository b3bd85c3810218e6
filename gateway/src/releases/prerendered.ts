import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mapLimited } from '../config/map-limited.ts'
import type { Manifests, PrerenderedDynamicRoute, PrerenderedRoute } from './manifests.ts'
import { createNames } from './page-names.ts'
import { createRoutes } from './routes.ts'

/** What a build says of a page or route handler that it rendered, or would render and keep when it is asked for. */
interface PrerenderedPage {
  /** Path in the manifest, such as `/about` or `/en/about`; the pattern (`/items/[id]`) where only a dynamic route fits. */
  readonly route: string
  /** The build rendered this very path. */
  readonly isExact: boolean
  /** Only a shell was rendered: the rest of the answer is made for each request (PPR). */
  readonly isPartial: boolean
  /** Seconds; false: never again. As in the build: an answer's `s-maxage` says what holds now. */
  readonly revalidate: number | false
  /** Cache tags at build time, implicit ones (`_N_T_/…`) among them. Empty where the build says none: dynamic routes and Pages Router. */
  readonly tags: readonly string[]
}

export interface Prerendered {
  /**
   * @param path of the request: base path included, without the query; `_next/data` and `.rsc` paths are those of their page
   * @returns undefined where the build neither rendered the path nor has a dynamic route that keeps what it renders, or where something else
   * comes before that: another page, a route handler, a file, an image
   */
  find(path: string): PrerenderedPage | undefined
}

const META_AT_ONCE = 16
const NO_TAGS: readonly string[] = []
const TAGS = 'x-next-cache-tags'

/**
 * Reads the tags of all prerendered pages.
 * @param dir folder that holds `.next`
 * @param isFile whether the release has a file at the path of a request
 */
export async function readPrerendered(
  dir: string,
  manifests: Manifests,
  isFile: (path: string) => boolean,
): Promise<Prerendered> {
  const { prerender, config } = manifests
  const pages = await mapLimited(Object.entries(prerender.routes), META_AT_ONCE, async (entry) => {
    const [route, page] = entry
    return exactPage(route, page, page.initialHeaders?.[TAGS] ?? (await metaTags(dir, route)))
  })
  const exact = new Map(pages.map((page) => [page.route, page]))
  const dynamic = dynamicPages(prerender)
  const routes = createRoutes(manifests)
  const nameOf = createNames(manifests)
  return {
    find(path) {
      const name = nameOf(path)
      if (name === undefined || isFile(path)) return undefined
      const first = routes.first(name.bare)
      const asGiven = routes.first(name.given)
      if (asGiven !== undefined && asGiven !== first) return undefined
      const isOfPagesRouter = first !== undefined && routes.hasData(first)
      if (name.isData && !isOfPagesRouter) return undefined
      const page = name.inManifest.map((each) => exact.get(each)).find(Boolean)
      if (page !== undefined) {
        const source = prerender.routes[page.route]?.srcRoute ?? first
        return source === first ? page : undefined
      }
      // With languages, a page of the App Router may be passed over.
      if (first === undefined || (config.i18n && !isOfPagesRouter)) return undefined
      return dynamic.get(first)?.find(({ regex }) => regex.test(name.bare))?.page
    },
  }
}

interface DynamicPage {
  readonly regex: RegExp
  readonly page: PrerenderedPage
}

/**
 * By the page that Next.js finds for a path: those that render other paths than the build did. Where they do not (`fallback: false`), the
 * next route that fits has its turn, or a rewrite.
 */
function dynamicPages({ dynamicRoutes }: Manifests['prerender']): Map<string, DynamicPage[]> {
  const pages = new Map<string, DynamicPage[]>()
  for (const [route, each] of Object.entries(dynamicRoutes)) {
    if (each.fallback === false) continue
    const source = each.fallbackSourceRoute ?? route
    const page = { regex: new RegExp(each.routeRegex), page: dynamicPage(route, each) }
    pages.set(source, [...(pages.get(source) ?? []), page])
  }
  return pages
}

function exactPage(route: string, page: PrerenderedRoute, tags: string): PrerenderedPage {
  const { initialRevalidateSeconds: revalidate } = page
  const list = tags === '' ? NO_TAGS : tags.split(',')
  return { route, isExact: true, isPartial: isPartial(page), revalidate, tags: list }
}

function dynamicPage(route: string, page: PrerenderedDynamicRoute): PrerenderedPage {
  const revalidate = page.fallbackRevalidate ?? false
  return { route, isExact: false, isPartial: isPartial(page), revalidate, tags: NO_TAGS }
}

/** `renderingMode` says of every page of an app with `cacheComponents` that it could be partial; `response` says whether it is. */
function isPartial({
  response,
  renderingMode,
}: PrerenderedRoute | PrerenderedDynamicRoute): boolean {
  return response === undefined ? renderingMode === 'PARTIALLY_STATIC' : response === 'initial'
}

async function metaTags(dir: string, route: string): Promise<string> {
  const file = join(dir, '.next/server/app', `${route === '/' ? '/index' : route}.meta`)
  const text = await readFile(file, 'utf8').catch(() => '{}')
  const { headers } = JSON.parse(text) as { headers?: Record<string, string> }
  return headers?.[TAGS] ?? ''
}
