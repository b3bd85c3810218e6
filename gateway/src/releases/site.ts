import type { Release } from '../config/release.ts'
import { indexFiles, type FileIndex } from './files.ts'
import { readManifests, type BuildConfig, type I18n } from './manifests.ts'
import { assetAliasOf, decodePath } from './paths.ts'
import { readPrerendered, type Prerendered } from './prerendered.ts'
import { createRules, type Rules } from './rules.ts'

/** Everything that the gateway needs to know of one build; read once, never changed. */
export interface Site {
  readonly release: Release
  readonly buildId: string
  /** Next's own key of the build in `x-deployment-id` and `?dpl=`, where the app has one. */
  readonly deploymentId: string | undefined
  /** Begins with a slash and ends without; empty where there is none. */
  readonly basePath: string
  /** Path of `assetPrefix` below which `/_next/` lies as well; empty where there is none, or it is the base path. */
  readonly assetAlias: string
  readonly i18n: I18n | undefined
  readonly trailingSlash: boolean
  /** False where the app's own next.config says `compress: false`. */
  readonly compress: boolean
  /** False where the app's own next.config says `generateEtags: false`. */
  readonly etags: boolean
  /**
   * Matches the `User-Agent` of crawlers for which Next.js renders anew what it has prerendered, as they read nothing but the head of a page
   * (`build/templates/app-page-runtime.js`, `shouldForceDynamicPPRRender`); undefined where the app has no pages with a shell.
   */
  readonly crawlers: RegExp | undefined
  /** Files that the gateway may answer with: no rule of the app could apply to them. */
  readonly files: FileIndex
  /** Whether the release has a file at this path, whoever answers with it. */
  has(path: string): boolean
  /** `touchesFile` and `neverCache`. */
  readonly rules: Rules
  /** `find`: what was prerendered, with its tags. */
  readonly prerendered: Prerendered
}

/**
 * Reads the manifests of a release: when it comes into force, never for a request.
 * @throws where they are missing or no JSON
 */
export async function readSite(release: Release): Promise<Site> {
  const manifests = await readManifests(release.dir)
  const { config, routes, buildId } = manifests
  const { basePath = '', i18n, trailingSlash, compress, generateEtags } = config
  const assetAlias = assetAliasOf(config)
  const rules = createRules(manifests, assetAlias)
  const all = await indexFiles(release.dir, config)
  return {
    release,
    buildId,
    deploymentId: routes.deploymentId,
    basePath,
    assetAlias,
    i18n: i18n ?? undefined,
    trailingSlash: trailingSlash === true,
    compress: compress !== false,
    etags: generateEtags !== false,
    crawlers: crawlersOf(config),
    files: new Map([...all].filter(([path]) => isUntouched(path, basePath, assetAlias, rules))),
    has: (path) => all.has(path),
    rules,
    prerendered: await readPrerendered(release.dir, manifests, (path) => all.has(spelled(path))),
  }
}

function crawlersOf({ cacheComponents, htmlLimitedBots }: BuildConfig): RegExp | undefined {
  if (cacheComponents !== true || htmlLimitedBots === undefined) return undefined
  return new RegExp(htmlLimitedBots, 'i')
}

/** As files are indexed. */
function spelled(path: string): string {
  return decodePath(path).split('/').map(encodeURIComponent).join('/')
}

/** Below `assetPrefix` rules may name the path as it is asked for, or what Next.js makes of it. */
function isUntouched(path: string, basePath: string, assetAlias: string, rules: Rules): boolean {
  if (rules.touchesFile(path)) return false
  const isAlias = assetAlias !== '' && path.startsWith(`${assetAlias}/_next/`)
  return !isAlias || !rules.touchesFile(basePath + path.slice(assetAlias.length))
}
