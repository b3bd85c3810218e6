import { expect, test } from '@jest/globals'
import { plainPath } from '../../gateway/src/cache/key.ts'

// The page that a path is of, as a purge names it.

test.each([
  ['/', '/'],
  ['/index', '/'],
  ['/a/', '/a'],
  ['/%61', '/a'],
  ['/%zz', '/%zz'],
  ['/_next/data/build/index.json', '/'],
  ['/_next/data/build/a/b.json', '/a/b'],
  ['/en/a', '/en/a'],
])('%s: %s', (path, plain) => {
  expect(plainPath(path)).toBe(plain)
})

test.each([
  ['/docs', '/docs'],
  ['/docs/', '/docs'],
  ['/docs/en', '/docs'],
  ['/docs/fr/a', '/docs/a'],
  ['/docs/de/a', '/docs/de/a'],
  ['/docs/english', '/docs/english'],
  ['/docs/_next/data/build/index.json', '/docs'],
  ['/docs/_next/data/build/en.json', '/docs'],
  ['/docs/_next/data/build/en/a.json', '/docs/a'],
  ['/docs/_next/data/build/de/a.json', '/docs/de/a'],
  ['/docsx/en', '/docsx/en'],
  ['/en/a', '/en/a'],
])('%s below the base path: %s', (path, plain) => {
  expect(plainPath(path, { basePath: '/docs', defaultLocales: ['en', 'fr'] })).toBe(plain)
})
