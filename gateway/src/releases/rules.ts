import { LRUCache } from 'lru-cache'
import type { Condition, CustomRoute, Manifests } from './manifests.ts'
import { createSpelling, type Spellings } from './paths.ts'

/**
 * What the rules of one build could do to a request, judged by its path alone and on the safe side. A path is that of the
 * request: base path included, percent-encoded as received, without the query.
 */
export interface Rules {
  /**
   * Whether `proxy.ts` or middleware, `headers()`, `redirects()`, a `beforeFiles` rewrite or a redirect of Next's own could
   * apply to a static file at this path: then Next.js must answer it. Evaluated anew at each call: ask it when files are indexed.
   */
  touchesFile(path: string): boolean
  /**
   * Whether the answer can depend on more of the request than the key and `Vary` of a cache hold: `proxy.ts` or middleware
   * matches the path, or a rule with `has` or `missing` does, also after a rewrite; and the page that is chosen by language.
   * Remembered in a bounded cache; a path of more than 2,048 characters is never cached.
   */
  neverCache(path: string): boolean
  /**
   * Whether a redirect, Next's own for slashes among them, or a rewrite before dynamic pages could lead a request elsewhere, with its
   * query. A fallback rewrite leads nobody away from a page that renders the path.
   */
  leadsAway(path: string): boolean
}

interface Verdict {
  readonly never: boolean
  readonly leadsAway: boolean
}

const TOO_LONG: Verdict = { never: true, leadsAway: true }

/** Longer paths are not held against the build's regular expressions. */
const MAX_PATH = 2048
/** Characters of paths that are remembered for one build. */
const REMEMBERED = 1_048_576
/** What one remembered path costs beside its characters. */
const ENTRY = 128

/** @param assetAlias where build files lie besides `<basePath>/_next/`: the path of `assetPrefix`; empty where there is none */
export function createRules(manifests: Manifests, assetAlias: string): Rules {
  const { routes, config, buildId } = manifests
  const compile = (all: readonly CustomRoute[] = [], flags = routes.caseSensitive ? '' : 'i') =>
    all.map((route) => compileRoute(route, flags))
  const isAlias = ({ source }: CustomRoute): boolean => source === `${assetAlias}/_next/:path+`
  const middleware = (manifests.middleware ?? []).map(({ regexp }) => new RegExp(regexp))
  const before = compile(
    routes.rewrites.beforeFiles.filter((route) => assetAlias === '' || !isAlias(route)),
    'i',
  )
  const headers = compile(routes.headers)
  const redirects = compile(routes.redirects)
  // Interceptable pages say `Vary: next-url` themselves (`server/base-server.js`, `setVaryHeader`).
  const early = [
    ...before.filter(({ route }) => !isInterception(route)),
    ...compile(routes.rewrites.afterFiles),
  ]
  const rewrites = [...early, ...compile(routes.rewrites.fallback)]
  const plainRewrites = rewrites.filter(({ isConditional }) => !isConditional)
  const conditional = [...headers, ...redirects, ...rewrites].filter((each) => each.isConditional)
  const mayChain = rewrites.some(({ isConditional }) => isConditional)
  const spell = createSpelling(config, buildId)
  const isRun = (paths: Spellings): boolean =>
    middleware.some((regex) => paths.middleware.some((path) => regex.test(path)))
  const decide = (path: string): Verdict => {
    const paths = spell(path)
    return {
      never:
        isRun(paths) ||
        conditional.some((each) => fits(each, paths)) ||
        (mayChain && plainRewrites.some((each) => fits(each, paths))) ||
        isChosenByLanguage(path, manifests),
      leadsAway: [...redirects, ...early].some((each) => fits(each, paths)),
    }
  }
  const remembered = new LRUCache<string, Verdict>({
    maxSize: REMEMBERED,
    sizeCalculation: (_, path) => path.length + ENTRY,
  })
  const judge = (path: string): Verdict => {
    if (path.length > MAX_PATH) return TOO_LONG
    const known = remembered.get(path)
    if (known !== undefined) return known
    const verdict = decide(path)
    remembered.set(path, verdict)
    return verdict
  }
  return {
    touchesFile(path) {
      const paths = spell(path)
      return (
        path.length > MAX_PATH ||
        isRun(paths) ||
        [...headers, ...redirects, ...before].some((each) => fits(each, paths))
      )
    },
    neverCache: (path) => judge(path).never,
    leadsAway: (path) => judge(path).leadsAway,
  }
}

interface CompiledRoute {
  readonly route: CustomRoute
  readonly regex: RegExp
  readonly isConditional: boolean
}

function compileRoute(route: CustomRoute, flags: string): CompiledRoute {
  const isConditional = (route.has ?? []).length > 0 || (route.missing ?? []).length > 0
  return { route, regex: new RegExp(route.regex, flags), isConditional }
}

function fits({ route, regex }: CompiledRoute, paths: Spellings): boolean {
  return (route.internal === true ? paths.internal : paths.localized).some((path) =>
    regex.test(path),
  )
}

function isInterception({ has = [], missing = [] }: CustomRoute): boolean {
  return missing.length === 0 && has.length === 1 && isNextUrl(has[0])
}

function isNextUrl(condition: Condition | undefined): boolean {
  return condition?.type === 'header' && condition.key?.toLowerCase() === 'next-url'
}

/** Next.js redirects the root by `Accept-Language` and a cookie (`shared/lib/i18n/get-locale-redirect.js`). */
function isChosenByLanguage(path: string, { config }: Manifests): boolean {
  const { basePath = '', i18n } = config
  if (!i18n || i18n.localeDetection === false) return false
  const bare = path.startsWith(basePath) ? path.slice(basePath.length) : path
  return bare === '' || bare === '/' || bare === '/index'
}
