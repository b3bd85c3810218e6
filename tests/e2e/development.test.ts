import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import {
  describeWithBrowser,
  hydrated,
  isMarked,
  launchBrowser,
  mark,
  openPage,
} from '../support/browser.ts'
import { fetchOn } from '../support/http.ts'
import { REPO } from '../support/project.ts'
import { startTenantry, type RunningTenantry } from '../support/tenantry.ts'

jest.setTimeout(300_000)

// A development server of Next.js tells the Pages Router something that only the App Router understands.
const KNOWN = /^\[HMR\] Invalid message: .*isrManifest/s

for (const runtime of ['process', 'shared']) {
  const name = `\`tenantry dev\` with three apps at once, runtime ${runtime}, in a browser`
  describeWithBrowser(name, () => develop(runtime))
}

function develop(runtime: string): void {
  let root: string
  let gateway: RunningTenantry
  let browser: Browser

  beforeAll(async () => {
    root = await copyProject()
    await edit('config/gateway.yaml', /$/, 'log:\n  format: json\n')
    for (const app of ['acme', 'globex']) {
      await writeFile(join(root, `config/apps/${app}.yaml`), `runtime: ${runtime}\n`)
    }
    await edit('config/apps/storefront.yaml', /$/, `runtime: ${runtime}\n`)
    await edit('config/tenants/acme.yaml', 'hosts:', 'hosts:\n  - acme.test')
    gateway = await startTenantry('dev', join(root, 'config'))
    browser = await launchBrowser(['--host-resolver-rules=MAP acme.test 127.0.0.1'])
    // An app starts at its first request: one by itself, then two at once beside it.
    await start('acme.localhost')
    await Promise.all(['globex.localhost', 'initech.localhost'].map(start))
  })

  afterAll(() => browser.close())
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]()
  })
  afterAll(() => rm(root, { recursive: true, force: true }))

  test('App Router: edits of a page, a client component and styles', async () => {
    await using visit = await openPage(browser)
    const { page } = visit
    await page.goto(url('acme.localhost', '/products/camp-mug'))
    await mark(page)
    await hydrated(page.getByTestId('add-to-cart'))
    await page.getByTestId('add-to-cart').click()
    await page.getByText('Camp Mug is in your cart.').waitFor()

    await edit('apps/acme/app/products/[slug]/page.tsx', 'Goes well with it', 'Packs well with it')
    await page.getByRole('heading', { name: 'Packs well with it' }).waitFor()
    await edit('apps/acme/components/add-to-cart.tsx', "'Add to cart'", "'Put it in'")
    await page.getByRole('button', { name: 'Put it in' }).waitFor()
    const hero = page.getByRole('heading', { name: 'Camp Mug', level: 1 })
    await edit('apps/acme/app/globals.css', /$/, '\nh1 { letter-spacing: 7px !important }\n')
    await page.waitForFunction(spacing, await hero.elementHandle())

    await page.getByText('Camp Mug is in your cart.').waitFor()
    expect(await isMarked(page)).toBe(true)
    expect(visit.sockets).toEqual([hmrOf('acme.localhost')])
    expect(visit.problems).toEqual([])
  })

  test('Pages Router: edits of a page and of what it imports', async () => {
    await using visit = await openPage(browser, KNOWN)
    const { page } = visit
    await page.goto(url('globex.localhost', '/search'))
    await mark(page)
    await hydrated(page.getByLabel('Words to look for'))
    await page.getByLabel('Words to look for').fill('oven')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.waitForURL('**/search?q=oven')
    await page.getByText('1 article', { exact: true }).waitFor()
    await page.getByLabel('Words to look for').fill('half typed')

    await edit('apps/globex/pages/search.tsx', '<h1>{text.title}', '<h1>{text.title} the shelves')
    await page.getByRole('heading', { name: 'Search the shelves' }).waitFor()
    await edit('apps/globex/lib/text.ts', "title: 'Globex Review'", "title: 'Globex Record'")
    await page.getByRole('link', { name: 'Globex Record' }).waitFor()

    expect(await page.getByLabel('Words to look for').inputValue()).toBe('half typed')
    expect(await isMarked(page)).toBe(true)
    expect(visit.sockets).toEqual([hmrOf('globex.localhost')])
    expect(visit.problems).toEqual([])
  })

  test('an edit of an app that many tenants share arrives at all of them', async () => {
    await using one = await openPage(browser)
    await using other = await openPage(browser)
    const visits = { 'initech.localhost': one, 'quillwick.shops.localhost': other }
    for (const [host, { page }] of Object.entries(visits)) {
      await page.goto(url(host))
      await hydrated(page.locator('a[href^="/products/"]').first())
      await page.locator('a[href^="/products/"]').first().click()
      await page.waitForURL('**/products/*')
      await mark(page)
      await page.getByTestId('save').click()
      await page.getByText('Saved, take it off').waitFor()
    }
    const names = await Promise.all([one, other].map(({ page }) => shopName(page)))
    await edit('apps/storefront/app/products/[id]/page.tsx', 'Beside it on the shelf', 'Next to it')
    for (const [host, { page, sockets, problems }] of Object.entries(visits)) {
      await page.getByRole('heading', { name: 'Next to it' }).waitFor()
      expect(await isMarked(page)).toBe(true)
      expect(sockets).toEqual([hmrOf(host)])
      expect(problems).toEqual([])
    }
    expect(names).toEqual(['Initech Supply', 'Quillwick'])
    expect(await Promise.all([one, other].map(({ page }) => shopName(page)))).toEqual(names)
  })

  test('a host that is not below localhost is served the same', async () => {
    await using visit = await openPage(browser)
    const { page } = visit
    await Promise.all([
      page.waitForEvent('websocket').then((socket) => socket.waitForEvent('framereceived')),
      page.goto(url('acme.test', '/products/tarn-tent')),
    ])
    await mark(page)
    await hydrated(page.getByTestId('add-to-cart'))
    await page.getByTestId('add-to-cart').click()
    await page.getByText('Tarn Two-Person Tent is in your cart.').waitFor()
    await edit('apps/acme/app/products/[slug]/page.tsx', 'Pattern number', 'Model')
    await page.getByText('Model AO-318').waitFor()
    expect(await isMarked(page)).toBe(true)
    expect(visit.sockets).toEqual([hmrOf('acme.test')])
    expect(visit.problems).toEqual([])
  })

  async function start(host: string): Promise<void> {
    expect((await fetchOn(gateway.port, url(host))).status).toBe(200)
  }

  async function edit(path: string, from: string | RegExp, to: string): Promise<void> {
    const file = join(root, path)
    const before = await readFile(file, 'utf8')
    const after = before.replace(from, to)
    expect(after).not.toBe(before)
    await writeFile(file, after)
  }

  function url(host: string, path = '/'): string {
    return `http://${host}:${gateway.port}${path}`
  }

  function hmrOf(host: string): unknown {
    return expect.stringMatching(`^ws://${host}:${gateway.port}/_next/`)
  }
}

/** Copies apps and config to where edits harm nothing, git sees nothing, and `node_modules` is still found. */
async function copyProject(): Promise<string> {
  await mkdir(join(REPO, '.tenantry'), { recursive: true })
  const root = await mkdtemp(join(REPO, '.tenantry/dev-'))
  const filter = (path: string): boolean => !['.next', 'node_modules'].includes(basename(path))
  for (const name of ['apps', 'config', 'tsconfig.base.json']) {
    await cp(join(REPO, name), join(root, name), { recursive: true, filter })
  }
  return root
}

function spacing(element: Element | null): boolean {
  return element !== null && getComputedStyle(element).letterSpacing === '7px'
}

function shopName(page: Page): Promise<string | null> {
  return page.getByTestId('shop-name').textContent()
}
