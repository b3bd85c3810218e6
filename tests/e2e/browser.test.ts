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
import { REPO } from '../support/project.ts'
import { startTenantry, type RunningTenantry } from '../support/tenantry.ts'
import { SITES } from './sites.ts'

jest.setTimeout(240_000)

describeWithBrowser('in a browser, in production', () => {
  let gateway: RunningTenantry
  let browser: Browser

  beforeAll(async () => {
    gateway = await startTenantry('start', `${REPO}/config`)
    browser = await launchBrowser()
  })

  afterAll(() => browser.close())
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]()
  })

  test.each(SITES)('$host loads without an error', async ({ host, title }) => {
    await using visit = await openPage(browser)
    const failed: string[] = []
    visit.page.on('response', (answer) => {
      if (answer.status() >= 400) failed.push(`${answer.status()} ${answer.url()}`)
    })
    await visit.page.goto(url(host), { waitUntil: 'networkidle' })
    expect(await visit.page.title()).toBe(title)
    expect([...visit.problems, ...failed]).toEqual([])
    expect(await visit.page.evaluate(brokenImages)).toEqual([])
  })

  test('acme: from the front page to an order, without a page load', async () => {
    await using visit = await openPage(browser)
    const { page } = visit
    await page.goto(url('acme.localhost'))
    await mark(page)
    await hydrated(page.getByRole('navigation', { name: 'Main' }).getByText('Shop'))
    await page.getByRole('navigation', { name: 'Main' }).getByText('Shop').click()
    await page.getByRole('heading', { name: 'Everything we make' }).waitFor()
    await page.getByRole('link', { name: 'Camp Mug' }).click()
    await page.getByRole('heading', { name: 'Camp Mug', level: 1 }).waitFor()
    expect(await page.title()).toBe('Camp Mug | Acme Outfitters')

    await page.getByTestId('add-to-cart').click()
    await page.getByText('Camp Mug is in your cart.').waitFor()
    await expectCount(page, 1)
    await page.getByRole('link', { name: 'View cart' }).click()
    await page.waitForURL('**/cart')
    await page.getByRole('button', { name: 'One Camp Mug more' }).click()
    await page.getByTestId('quantity').getByText('2', { exact: true }).waitFor()
    await expectCount(page, 2)

    await page.getByTestId('checkout').click()
    await page.waitForURL(url('acme.localhost', '/checkout/thanks'))
    expect(await page.getByTestId('order-number').textContent()).toMatch(/^AO-\w+$/)
    await expectCount(page, 0)
    expect(await isMarked(page)).toBe(true)
    expect(visit.problems).toEqual([])
  })

  test('acme: parts that come late are shown when they come', async () => {
    await using visit = await openPage(browser)
    const { page } = visit
    await page.goto(url('acme.localhost', '/recommendations'))
    await page.getByRole('heading', { name: 'Where most people start' }).waitFor()
    await page.goto(url('acme.localhost', '/dispatch'))
    await page
      .getByTestId('parcels')
      .getByText(/^[\d,]+$/)
      .waitFor()
    expect(visit.problems).toEqual([])
  })

  test('storefront: each tenant has its own name, and keeps its visitors to itself', async () => {
    await using visit = await openPage(browser)
    const { page } = visit
    const names = {
      initech: 'Initech Supply',
      umbrella: 'Umbrella & Sons',
      'quillwick.shops': 'Quillwick',
    }
    for (const [label, name] of Object.entries(names)) {
      const host = `${label}.localhost`
      await page.goto(url(host))
      expect(await page.getByTestId('shop-name').textContent()).toBe(name)
      await mark(page)
      await hydrated(page.getByTestId('subscribe'))
      await page.getByLabel('Your e-mail address').fill(`jo@${label}.example`)
      await page.getByTestId('subscribe').click()
      await page.waitForURL(url(host, '/welcome'))
      await page.getByText(`from ${name} goes to jo@${label}.example`).waitFor()
      expect(await isMarked(page)).toBe(true)
      const cookies = await page.context().cookies(url(host))
      expect(cookies.map((cookie) => [cookie.name, cookie.domain])).toEqual([['subscriber', host]])
    }
    expect(visit.problems).toEqual([])
  })

  test('storefront: an item is saved, and still is after a reload', async () => {
    await using visit = await openPage(browser)
    const { page } = visit
    await page.goto(url('umbrella.localhost'))
    await page.locator('a[href^="/products/"]').first().click()
    await page.waitForURL('**/products/*')
    await page.getByTestId('save').click()
    await page.getByText('Saved, take it off').waitFor()
    await page.reload()
    expect(await page.getByTestId('save').getAttribute('aria-pressed')).toBe('true')
    expect(visit.problems).toEqual([])
  })

  test('globex: languages and search, without a page load', async () => {
    await using visit = await openPage(browser)
    const { page } = visit
    await page.goto(url('globex.localhost'))
    await mark(page)
    await hydrated(page.getByRole('link', { name: 'Deutsch' }))
    await page.getByRole('link', { name: 'Deutsch' }).click()
    await page.getByRole('heading', { name: 'Die letzte Nachtfähre' }).waitFor()
    expect(page.url()).toBe(url('globex.localhost', '/de'))
    await page.getByRole('link', { name: 'English' }).click()
    await page.getByRole('heading', { name: 'The last night ferry' }).waitFor()

    await page.getByRole('navigation', { name: 'Main' }).getByText('Search').click()
    await page.getByLabel('Words to look for').fill('second hands')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.waitForURL(url('globex.localhost', '/search?q=second+hands'))
    await page.getByText('1 article', { exact: true }).waitFor()
    await page.getByRole('link', { name: 'The man who stops the clocks' }).click()
    await page.getByRole('heading', { name: 'The man who stops the clocks', level: 1 }).waitFor()
    expect(await isMarked(page)).toBe(true)
    expect(visit.problems).toEqual([])
  })

  function url(host: string, path = '/'): string {
    return `http://${host}:${gateway.port}${path}`
  }
})

async function expectCount(page: Page, count: number): Promise<void> {
  const badge = page.getByTestId('cart-count')
  await badge.getByText(String(count), { exact: true }).waitFor()
  expect(await badge.textContent()).toBe(String(count))
}

function brokenImages(): string[] {
  return [...document.images]
    .filter((image) => image.complete && image.naturalWidth === 0)
    .map((image) => image.currentSrc)
}
