import { expect, test } from '@jest/globals'
import type {
  BuildConfig,
  Manifests,
  PrerenderedDynamicRoute,
} from '../../gateway/src/releases/manifests.ts'
import { readPrerendered } from '../../gateway/src/releases/prerendered.ts'

interface Given {
  readonly config?: BuildConfig
  /** Pages and handlers without parameters. */
  readonly fixed?: readonly string[]
  /** Those with parameters, in the order of `routes-manifest.json`; with the value `true` they are prerendered. */
  readonly dynamic?: Readonly<Record<string, boolean | Partial<PrerenderedDynamicRoute>>>
  /** Paths that were rendered → the page that they are of. */
  readonly rendered?: Readonly<Record<string, string | null>>
  /** Pages with `_next/data`. */
  readonly data?: readonly string[]
  readonly files?: readonly string[]
}

const regexOf = (page: string): string =>
  `^${page
    .replace(/\/\[\[\.\.\.\w+\]\]/, '(?:/(.+?))?')
    .replace(/\[\.\.\.\w+\]/, '(.+?)')
    .replaceAll(/\[\w+\]/g, '([^/]+?)')}(?:/)?$`

/** @returns the route that a path is prerendered by */
async function found(given: Given, path: string): Promise<string | undefined> {
  const { config = {}, fixed = [], dynamic = {}, rendered = {}, data = [], files = [] } = given
  const toRoute = (page: string): { page: string; regex: string } => ({
    page,
    regex: regexOf(page),
  })
  const kept = Object.entries(dynamic).filter(([, each]) => each !== false)
  const manifests: Manifests = {
    buildId: 'build',
    config,
    routes: {
      headers: [],
      redirects: [],
      rewrites: { beforeFiles: [], afterFiles: [], fallback: [] },
      staticRoutes: fixed.map(toRoute),
      dynamicRoutes: Object.keys(dynamic).map(toRoute),
      dataRoutes: data.map((page) => ({ page })),
    },
    prerender: {
      routes: Object.fromEntries(
        Object.entries(rendered).map(([path, srcRoute]) => [
          path,
          { srcRoute, initialRevalidateSeconds: false },
        ]),
      ),
      dynamicRoutes: Object.fromEntries(
        kept.map(([page, each]) => [
          page,
          { fallback: null, routeRegex: regexOf(page), ...(each === true ? {} : each) },
        ]),
      ),
    },
    middleware: undefined,
  }
  const prerendered = await readPrerendered('/nowhere', manifests, (path) => files.includes(path))
  return prerendered.find(path)?.route
}

const ALL = { '/[[...slug]]': true }
const I18N = { i18n: { locales: ['en', 'de'], defaultLocale: 'en' } }

test.each<[string, Given, string, string | undefined]>([
  ['a catch-all', { dynamic: ALL }, '/a/b', '/[[...slug]]'],
  ['the root', { dynamic: ALL }, '/', '/[[...slug]]'],
  ['a path that was rendered', { dynamic: ALL, rendered: { '/a': '/[[...slug]]' } }, '/a', '/a'],
  ['another page', { dynamic: ALL, fixed: ['/a'] }, '/a', undefined],
  ['another page, encoded', { dynamic: ALL, fixed: ['/a'] }, '/%61', undefined],
  ['another page, with a slash', { dynamic: ALL, fixed: ['/a'] }, '/a/', undefined],
  ['another page, dot segments', { dynamic: ALL, fixed: ['/a'] }, '/x/%2e%2e/a', undefined],
  [
    'another page that a path was rendered for as well',
    { dynamic: ALL, fixed: ['/a'], rendered: { '/a': '/[[...slug]]' } },
    '/a',
    undefined,
  ],
  ['another page with parameters', { dynamic: { '/a/[id]': false, ...ALL } }, '/a/b', undefined],
  ['the first of two', { dynamic: { '/a/[id]': true, ...ALL } }, '/a/b', '/a/[id]'],
  ['only the paths of the build', { dynamic: { '/[id]': { fallback: false } } }, '/a', undefined],
  [
    'of the paths of the build one',
    { dynamic: { '/[id]': { fallback: false } }, rendered: { '/a': '/[id]' } },
    '/a',
    '/a',
  ],
  [
    'a page behind one with the paths of the build alone',
    { dynamic: { '/a/[id]': { fallback: false }, ...ALL } },
    '/a/b',
    undefined,
  ],
  [
    'the shell of a page with one parameter known',
    {
      dynamic: { '/[lang]/[id]': { routeRegex: '^/en/([^/]+?)(?:/)?$' } },
    },
    '/de/x',
    undefined,
  ],
  ['a file', { dynamic: ALL, files: ['/a.css'] }, '/a.css', undefined],
  ['an image', { dynamic: ALL }, '/_next/image', undefined],
  ['an image below an asset prefix', { dynamic: ALL }, '/cdn/_next/image', undefined],
  [
    'an image below the base path',
    { dynamic: ALL, config: { basePath: '/b' } },
    '/b/_next/image',
    undefined,
  ],
  ['data of no page', { dynamic: ALL }, '/_next/data/build/a.json', undefined],
  [
    'data of another build',
    { dynamic: ALL, data: ['/[[...slug]]'] },
    '/_next/data/x/a.json',
    undefined,
  ],
  [
    'data of a page',
    { dynamic: ALL, data: ['/[[...slug]]'] },
    '/_next/data/build/a.json',
    '/[[...slug]]',
  ],
  [
    'what is below another base path',
    { dynamic: ALL, config: { basePath: '/b' } },
    '/bc',
    undefined,
  ],
  ['the base path', { dynamic: ALL, config: { basePath: '/b' } }, '/b', '/[[...slug]]'],
  ['several slashes', { dynamic: ALL }, '/a//b', undefined],
  ['an RSC payload', { rendered: { '/a': '/a' }, fixed: ['/a'] }, '/a.rsc', '/a'],
  [
    'a page of that name',
    { rendered: { '/a': '/a' }, fixed: ['/a'], dynamic: { '/[id]': false } },
    '/a.rsc',
    undefined,
  ],
  ['a page that is named index', { rendered: { '/': '/' }, fixed: ['/'] }, '/index', undefined],
  [
    'a page in a language',
    { config: I18N, dynamic: { '/a/[id]': true }, data: ['/a/[id]'] },
    '/de/a/b',
    '/a/[id]',
  ],
  [
    'another page in a language',
    { config: I18N, dynamic: ALL, fixed: ['/a'], data: ['/[[...slug]]'] },
    '/de/a',
    undefined,
  ],
  ['a page of the App Router beside languages', { config: I18N, dynamic: ALL }, '/de/a', undefined],
])('%s', async (_, given, path, route) => {
  expect(await found(given, path)).toBe(route)
})
