import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { Deployed } from '../support/deployed.ts'
import { describeWithBrowser, launchBrowser, openPage } from '../support/browser.ts'

// A visitor whose page was loaded before a deploy goes on without an error.
describeWithBrowser('a page of the release before', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await launchBrowser()
  })

  afterAll(() => browser.close())

  test.each(['process', 'shared'] as const)(
    'runtime %s',
    async (runtime) => {
      await using site = await Deployed.start({ runtime, kind: 'skew' })
      await using visit = await openPage(browser)
      const { page } = visit
      const url = `http://site.localhost:${site.gateway.port}/?from=mail`
      const shows = (text: string): Promise<void> => page.getByText(text, { exact: true }).waitFor()

      await page.goto(url)
      await shows('page of plum')
      await shows('nothing yet')
      await page.getByRole('button', { name: 'call' }).click()
      await shows('action of plum')
      await site.build('q')
      await site.run('publish', 'site')

      // A chunk that the page had not needed yet.
      await page.getByRole('button', { name: 'load' }).click()
      await shows('chunk of plum')
      expect(await page.getByRole('heading').textContent()).toBe('page of plum')

      // An action that the new build does not have.
      await page.getByRole('button', { name: 'call' }).click()
      await shows('page of quince')
      await shows('nothing yet')
      expect(page.url()).toBe(url)
      await page.getByRole('button', { name: 'call' }).click()
      await shows('action of quince')

      // A navigation across builds.
      await site.run('rollback', 'site')
      await page.getByRole('link', { name: 'other' }).click()
      await shows('other of plum')
      expect(visit.problems.filter((problem) => !problem.includes('favicon.ico'))).toEqual([])
    },
    90_000,
  )
})
