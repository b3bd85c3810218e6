import { expect, test } from '@jest/globals'
import type { BuildConfig, CustomRoute, Manifests } from '../../gateway/src/releases/manifests.ts'
import { createRules } from '../../gateway/src/releases/rules.ts'

interface Given {
  config?: BuildConfig
  middleware?: string[]
  headers?: CustomRoute[]
  onMatchHeaders?: CustomRoute[]
  redirects?: CustomRoute[]
  beforeFiles?: CustomRoute[]
  afterFiles?: CustomRoute[]
  fallback?: CustomRoute[]
  caseSensitive?: boolean
}

function rulesOf(given: Given, assetAlias = ''): ReturnType<typeof createRules> {
  const { headers = [], redirects = [], onMatchHeaders = [], caseSensitive = false } = given
  const { beforeFiles = [], afterFiles = [], fallback = [] } = given
  const manifests: Manifests = {
    buildId: 'build',
    config: given.config ?? {},
    routes: {
      caseSensitive,
      headers,
      onMatchHeaders,
      redirects,
      rewrites: { beforeFiles, afterFiles, fallback },
      staticRoutes: [],
      dynamicRoutes: [],
      dataRoutes: [],
    },
    prerender: { routes: {}, dynamicRoutes: {} },
    middleware: given.middleware?.map((regexp) => ({ regexp })),
  }
  return createRules(manifests, assetAlias)
}

const at = (regex: string, more: Partial<CustomRoute> = {}): CustomRoute => ({
  source: regex,
  regex,
  ...more,
})
const COOKIE = [{ type: 'cookie', key: 'beta' }] as const
const NEXT_URL = [{ type: 'header', key: 'next-url', value: '/.*' }] as const
const I18N = { i18n: { locales: ['en', 'de'], defaultLocale: 'en', localeDetection: false } }
/** As `next build` writes them. */
const NO_SLASH = at('^(?:/((?:[^/]+?)(?:/(?:[^/]+?))*))/$', { internal: true })
const ALL = '^(?:/((?:[^/]+?)(?:/(?:[^/]+?))*))?(?:/)?$'

// [what is said, rules, path, touchesFile, neverCache]
test.each<[string, Given, string, boolean, boolean]>([
  ['nothing', {}, '/a.css', false, false],
  ['middleware', { middleware: ['^/a'] }, '/a.css', true, true],
  ['middleware elsewhere', { middleware: ['^/b'] }, '/a.css', false, false],
  ['middleware, encoded', { middleware: ['^/account$'] }, '/%61ccount', true, true],
  ['middleware, dot segments', { middleware: ['^/account$'] }, '/x/../account', true, true],
  ['middleware, encoded dots', { middleware: ['^/account$'] }, '/x/%2e%2e/account', true, true],
  [
    'middleware, data path',
    { middleware: ['^/account$'] },
    '/_next/data/build/account.json',
    true,
    true,
  ],
  [
    'middleware, root data path',
    { middleware: ['^/$'] },
    '/_next/data/build/index.json',
    true,
    true,
  ],
  ['headers', { headers: [at('^/a')] }, '/a.css', true, false],
  ['headers, another case', { headers: [at('^/a')] }, '/A.css', true, false],
  [
    'headers, cases told apart',
    { headers: [at('^/a')], caseSensitive: true },
    '/A.css',
    false,
    false,
  ],
  ['headers with has', { headers: [at('^/a', { has: COOKIE })] }, '/a.css', true, true],
  ['headers with missing', { headers: [at('^/a', { missing: COOKIE })] }, '/a.css', true, true],
  ['redirects', { redirects: [at('^/a')] }, '/a.css', true, false],
  ['redirects with has', { redirects: [at('^/a', { has: COOKIE })] }, '/a', true, true],
  ['beforeFiles', { beforeFiles: [at('^/a')] }, '/a.css', true, false],
  ['afterFiles', { afterFiles: [at('^/a')] }, '/a.css', false, false],
  ['afterFiles with has', { afterFiles: [at('^/a', { has: COOKIE })] }, '/a', false, true],
  ['fallback with missing', { fallback: [at('^/a', { missing: COOKIE })] }, '/a', false, true],
  [
    'a rewrite to what a rule with has names',
    { afterFiles: [at('^/a$')], fallback: [at('^/b$', { has: COOKIE })] },
    '/a',
    false,
    true,
  ],
  [
    'a rewrite of another path',
    { afterFiles: [at('^/c$')], fallback: [at('^/b$', { has: COOKIE })] },
    '/a',
    false,
    false,
  ],
  ['an interception route', { beforeFiles: [at('^/a$', { has: NEXT_URL })] }, '/a', true, false],
  [
    "Next's header for clients of the App Router",
    { onMatchHeaders: [at(ALL, { has: [{ type: 'header', key: 'rsc', value: '1' }] })] },
    '/a.css',
    false,
    false,
  ],
  ["Next's redirect of a slash at the end", { redirects: [NO_SLASH] }, '/a.css', false, false],
  ["Next's redirect where it applies", { redirects: [NO_SLASH] }, '/a/', true, false],
  [
    'a locale that the rule asks for',
    { config: I18N, headers: [at('^(?:/(en|de))/a')] },
    '/a.css',
    true,
    false,
  ],
  [
    'no locale below _next',
    { config: I18N, headers: [at('^(?:/(en|de))/')] },
    '/_next/static/a.js',
    false,
    false,
  ],
  [
    'a locale in the middleware',
    { config: I18N, middleware: ['^/[^/.]+/account$'] },
    '/account',
    true,
    true,
  ],
  [
    'a locale behind the base path',
    { config: { ...I18N, basePath: '/shop' }, headers: [at('^/shop/en/a')] },
    '/shop/a.css',
    true,
    false,
  ],
  [
    "a domain's locale",
    {
      config: { i18n: { ...I18N.i18n, domains: [{ defaultLocale: 'de' }] } },
      redirects: [at('^/de/a', { has: COOKIE })],
    },
    '/a',
    true,
    true,
  ],
  [
    'the root of several languages',
    { config: { i18n: { ...I18N.i18n, localeDetection: true } } },
    '/',
    false,
    true,
  ],
  ['the root of fixed languages', { config: I18N }, '/', false, false],
  ['an endless path', {}, `/${'a'.repeat(3000)}`, true, true],
])('%s', (_, given, path, touches, never) => {
  const rules = rulesOf(given)
  expect([rules.touchesFile(path), rules.neverCache(path)]).toEqual([touches, never])
  expect(rules.neverCache(path)).toBe(never)
})

test("Next's own rewrite of an asset prefix touches nothing", () => {
  const given = { beforeFiles: [at('^/cdn/_next(?:/(.+))$', { source: '/cdn/_next/:path+' })] }
  expect(rulesOf(given, '/cdn').touchesFile('/cdn/_next/static/a.js')).toBe(false)
  expect(rulesOf(given).touchesFile('/cdn/_next/static/a.js')).toBe(true)
})

test.each<[string, Given, string, boolean]>([
  ['nothing', {}, '/a', false],
  ['a redirect', { redirects: [at('^/a$')] }, '/a', true],
  ['a redirect elsewhere', { redirects: [at('^/a$')] }, '/b', false],
  ['a slash at the end', { redirects: [NO_SLASH] }, '/a/', true],
  ['no slash at the end', { redirects: [NO_SLASH] }, '/a', false],
  ['a beforeFiles rewrite', { beforeFiles: [at('^/a$')] }, '/a', true],
  ['an interception', { beforeFiles: [at('^/a$', { has: [...NEXT_URL] })] }, '/a', false],
  ['an afterFiles rewrite', { afterFiles: [at('^/a$')] }, '/a', true],
  ['a fallback rewrite, which comes after pages', { fallback: [at('^/a$')] }, '/a', false],
  ['headers', { headers: [at(ALL)] }, '/a', false],
  ['a path that is too long', {}, `/${'a'.repeat(2048)}`, true],
])('what leads away: %s', (_, given, path, leadsAway) => {
  expect(rulesOf(given).leadsAway(path)).toBe(leadsAway)
})
