import { expect, test } from '@jest/globals'
import { readSite } from '../../gateway/src/releases/site.ts'
import { REPO } from '../support/project.ts'

// What real builds say.

function siteOf(dir: string): ReturnType<typeof readSite> {
  return readSite({ id: 'x', dir: `${REPO}/${dir}` })
}

test('an app of the App Router', async () => {
  const site = await siteOf('apps/acme')
  expect(site).toMatchObject({ basePath: '', assetAlias: '', i18n: undefined, compress: true })
  expect(
    ['/products/x', '/cart', '/about', '/acme.svg'].map((path) => site.rules.neverCache(path)),
  ).toEqual([true, true, false, false])
  expect(site.prerendered.find('/about')).toEqual({
    route: '/about',
    isExact: true,
    isPartial: false,
    revalidate: false,
    tags: ['_N_T_/layout', '_N_T_/about/layout', '_N_T_/about/page', '_N_T_/about'],
  })
  expect(site.prerendered.find('/about.rsc')?.route).toBe('/about')
  expect(site.prerendered.find('/api/products')?.tags).toContain('_N_T_/api/products/route')
  expect(site.prerendered.find('/nothing')).toBe(undefined)
})

test('an app with languages', async () => {
  const site = await siteOf('tests/fixtures/twins/dist/pages/p')
  expect(site.rules.touchesFile('/mark.txt')).toBe(true)
  expect(site.rules.touchesFile('/_next/static/x.js')).toBe(false)
  const routes = ['/news', '/de/news', '/_next/data/twins/de/news.json'].map(
    (path) => site.prerendered.find(path)?.route,
  )
  expect(routes).toEqual(['/en/news', '/de/news', '/de/news'])
  expect(site.prerendered.find('/items/other')).toMatchObject({
    route: '/items/[id]',
    isExact: false,
  })
})

test('an app with partly static pages and a deployment id', async () => {
  const partial = await siteOf('tests/fixtures/twins/dist/cached/p')
  expect(partial.prerendered.find('/shell')?.isPartial).toBe(true)
  expect(partial.prerendered.find('/lives')?.isPartial).toBe(false)
  const site = await siteOf('tests/fixtures/twins/dist/main/p')
  expect(site.deploymentId).toBe('build-plum')
})
