import { existsSync } from 'node:fs'
import { describe } from '@jest/globals'
import { chromium, type Browser, type Locator, type Page } from 'playwright-core'

const CHROMIUM = '/usr/bin/chromium'
const PATIENCE = 90_000

/** A page with a profile of its own, and what went wrong on it. */
export interface Visit extends AsyncDisposable {
  readonly page: Page
  /** Errors on the console and exceptions that nothing caught. */
  readonly problems: readonly string[]
  /** Addresses of the WebSockets that were opened. */
  readonly sockets: readonly string[]
}

/** `describe` for tests that need a browser: without one they are skipped and say so, except in CI, where they fail. */
export function describeWithBrowser(name: string, tests: () => void): void {
  const isWanted = existsSync(CHROMIUM) || Boolean(process.env['CI'])
  const declare = isWanted ? describe : describe.skip
  declare(isWanted ? name : `${name} (skipped: there is no ${CHROMIUM})`, tests)
}

/** Starts Chromium without a window; it resolves `*.localhost` to this machine by itself. */
export function launchBrowser(flags: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    headless: true,
    chromiumSandbox: false,
    timeout: PATIENCE,
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--disable-sync',
      '--disable-background-networking',
      '--disable-component-update',
      '--no-first-run',
      '--no-proxy-server',
      ...flags,
    ],
  })
}

/** @param expected console messages that are no problem */
export async function openPage(browser: Browser, expected?: RegExp): Promise<Visit> {
  const context = await browser.newContext()
  context.setDefaultTimeout(PATIENCE)
  const page = await context.newPage()
  const problems: string[] = []
  const sockets: string[] = []
  page.on('console', (message) => {
    if (message.type() !== 'error' || expected?.test(message.text())) return
    problems.push(`${message.text()} (${message.location().url})`)
  })
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('websocket', (socket) => sockets.push(socket.url()))
  return { page, problems, sockets, [Symbol.asyncDispose]: () => context.close() }
}

/** Waits until React has an element: a click before that loads a page, as without JavaScript. */
export async function hydrated(element: Locator): Promise<void> {
  const isKnown = (node: unknown): boolean =>
    Object.keys(node as object).some((key) => key.startsWith('__reactProps'))
  await element.page().waitForFunction(isKnown, await element.elementHandle())
}

/** Leaves a mark that a page load takes away. */
export async function mark(page: Page): Promise<void> {
  await page.evaluate('window.__kept = 1')
}

/** Whether the mark is still there: no page was loaded since. */
export async function isMarked(page: Page): Promise<boolean> {
  return (await page.evaluate('window.__kept')) === 1
}
