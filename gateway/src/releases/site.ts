import type { Release } from '../config/release.ts'
import { readManifests, type BuildConfig, type I18n } from './manifests.ts'
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
    rules: createRules(manifests, assetAlias),
    prerendered: await readPrerendered(release.dir, manifests),
  }
}

/** As Next.js makes a rewrite of it (`lib/load-custom-routes.js`, `loadRewrites`). */
function assetAliasOf({ assetPrefix = '', basePath = '' }: BuildConfig): string {
  const isUrl = /^https?:\/\//.test(assetPrefix) && URL.canParse(assetPrefix)
  const path = isUrl ? new URL(assetPrefix).pathname : assetPrefix
  if (path === '' || path === '/') return ''
  const prefix = path.startsWith('/') ? path : `/${path}`
  return prefix === basePath ? '' : prefix
}
