import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mapLimited } from '../config/map-limited.ts'
import type { Manifests, PrerenderedDynamicRoute, PrerenderedRoute } from './manifests.ts'

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
   * @returns undefined where the build neither rendered the path nor has a dynamic route that keeps what it renders
   */
  find(path: string): PrerenderedPage | undefined
}

const META_AT_ONCE = 16
const NO_TAGS: readonly string[] = []
const TAGS = 'x-next-cache-tags'

/** Reads the tags of all prerendered pages. @param dir folder that holds `.next` */
export async function readPrerendered(dir: string, manifests: Manifests): Promise<Prerendered> {
  const { prerender } = manifests
  const pages = await mapLimited(Object.entries(prerender.routes), META_AT_ONCE, async (entry) => {
    const [route, page] = entry
    return exactPage(route, page, page.initialHeaders?.[TAGS] ?? (await metaTags(dir, route)))
  })
  const exact = new Map(pages.map((page) => [page.route, page]))
  const dynamic = Object.entries(prerender.dynamicRoutes).map(([route, each]) => ({
    regex: new RegExp(each.routeRegex),
    page: dynamicPage(route, each),
  }))
  const names = createNames(manifests)
  return {
    find(path) {
      const candidates = names(path)
      for (const name of candidates) {
        const page = exact.get(name)
        if (page !== undefined) return page
      }
      return dynamic.find(({ regex }) => candidates.some((name) => regex.test(name)))?.page
    },
  }
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

/** The names that a path may have in the manifest, the likeliest first. */
function createNames({ config, buildId }: Manifests): (path: string) => string[] {
  const { basePath = '', i18n } = config
  const dataPrefix = `/_next/data/${buildId}/`
  return (path) => {
    if (!path.startsWith(basePath)) return []
    let name = path.slice(basePath.length)
    if (name.startsWith(dataPrefix)) {
      name = name.slice(dataPrefix.length - 1).replace(/\.json$/, '')
    } else name = name.replace(/\.rsc$|\.segments\/.*$/, '')
    name = name.replace(/\/$/, '')
    if (name === '/index' || name === '') name = '/'
    const decoded = decode(name)
    const names = decoded === name ? [name] : [name, decoded]
    if (!i18n) return names
    return names.flatMap((each) => [`/${i18n.defaultLocale}${each === '/' ? '' : each}`, each])
  }
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
