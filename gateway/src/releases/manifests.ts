import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What is read of the manifests of one build (Next.js 16.4.6); `next/dist/server/lib/router-utils/filesystem.js` reads the same. */
export interface Manifests {
  readonly buildId: string
  /** `required-server-files.json`. */
  readonly config: BuildConfig
  readonly routes: RoutesManifest
  /** `prerender-manifest.json`. */
  readonly prerender: PrerenderManifest
  /** Of `proxy.ts` or the edge middleware; undefined where the app has neither. */
  readonly middleware: readonly MiddlewareMatcher[] | undefined
}

export interface BuildConfig {
  readonly basePath?: string
  readonly assetPrefix?: string
  readonly compress?: boolean
  readonly generateEtags?: boolean
  readonly trailingSlash?: boolean
  readonly i18n?: I18n | null
  readonly cacheComponents?: boolean
  /** Source of a regular expression for `User-Agent`. */
  readonly htmlLimitedBots?: string
}

/** Languages of a Pages Router app. */
export interface I18n {
  readonly locales: readonly string[]
  readonly defaultLocale: string
  readonly localeDetection?: boolean
  readonly domains?: readonly { readonly defaultLocale: string }[]
}

interface RoutesManifest {
  readonly caseSensitive?: boolean
  readonly deploymentId?: string
  readonly headers: readonly CustomRoute[]
  readonly onMatchHeaders?: readonly CustomRoute[]
  readonly redirects: readonly CustomRoute[]
  readonly rewrites: {
    readonly beforeFiles: readonly CustomRoute[]
    readonly afterFiles: readonly CustomRoute[]
    readonly fallback: readonly CustomRoute[]
  }
  /** Pages and route handlers of both routers; those with parameters in the order in which they are tried. */
  readonly staticRoutes: readonly Route[]
  readonly dynamicRoutes: readonly Route[]
  /** Pages with `_next/data`. */
  readonly dataRoutes: readonly { readonly page: string }[]
}

export interface Route {
  readonly page: string
  readonly regex: string
  readonly skipInternalRouting?: boolean
}

/** A rule of `headers()`, `redirects()` or `rewrites()`. */
export interface CustomRoute {
  readonly source: string
  readonly destination?: string
  readonly regex: string
  /** Made by Next.js itself: not written by the app. */
  readonly internal?: boolean
  readonly has?: readonly Condition[]
  readonly missing?: readonly Condition[]
}

export interface Condition {
  readonly type: 'header' | 'cookie' | 'query' | 'host'
  readonly key?: string
  readonly value?: string
}

interface MiddlewareMatcher {
  readonly regexp: string
}

interface PrerenderManifest {
  readonly routes: Readonly<Record<string, PrerenderedRoute>>
  readonly dynamicRoutes: Readonly<Record<string, PrerenderedDynamicRoute>>
}

export interface PrerenderedRoute {
  /** `initial` where only a shell was prerendered (PPR). */
  readonly response?: 'complete' | 'initial'
  readonly renderingMode?: string
  readonly initialRevalidateSeconds: number | false
  readonly initialExpireSeconds?: number
  readonly initialHeaders?: Readonly<Record<string, string>>
  /** The page or handler that renders it; null where that is the path itself. */
  readonly srcRoute?: string | null
}

export interface PrerenderedDynamicRoute {
  readonly response?: 'complete' | 'initial'
  readonly renderingMode?: string
  readonly routeRegex: string
  /** false: no other paths than those of the build. */
  readonly fallback?: string | false | null
  /** The page that it is a more special shell of. */
  readonly fallbackSourceRoute?: string
  readonly fallbackRevalidate?: number | false
}

/**
 * Reads the manifests of a build.
 * @param dir folder that holds `.next`
 * @throws where one that every build has is missing or no JSON
 */
export async function readManifests(dir: string): Promise<Manifests> {
  const build = join(dir, '.next')
  const [id, required, routes, prerender, edge, functions] = await Promise.all([
    readFile(join(build, 'BUILD_ID'), 'utf8'),
    readJson<{ config: BuildConfig }>(join(build, 'required-server-files.json')),
    readJson<RoutesManifest>(join(build, 'routes-manifest.json')),
    readJson<PrerenderManifest>(join(build, 'prerender-manifest.json')),
    readOptional<MiddlewareManifest>(join(build, 'server/middleware-manifest.json')),
    readOptional<FunctionsManifest>(join(build, 'server/functions-config-manifest.json')),
  ])
  const { config } = required
  return { buildId: id.trim(), config, routes, prerender, middleware: matchersOf(edge, functions) }
}

interface MiddlewareManifest {
  readonly middleware?: { readonly '/'?: { readonly matchers: readonly MiddlewareMatcher[] } }
}

interface FunctionsManifest {
  readonly functions?: {
    readonly '/_middleware'?: { readonly matchers?: readonly MiddlewareMatcher[] }
  }
}

/** As Next.js does: the edge one wins, and one without matchers runs for every path. */
function matchersOf(
  edge: MiddlewareManifest | undefined,
  functions: FunctionsManifest | undefined,
): readonly MiddlewareMatcher[] | undefined {
  const onEdge = edge?.middleware?.['/']?.matchers
  if (onEdge !== undefined) return onEdge
  const onNode = functions?.functions?.['/_middleware']
  return onNode && (onNode.matchers ?? [{ regexp: '.*' }])
}

async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(file, 'utf8')) as T
}

async function readOptional<T>(file: string): Promise<T | undefined> {
  try {
    return await readJson<T>(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
