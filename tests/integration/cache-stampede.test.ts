import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ask, startGuarded, type Got } from '../support/guarded.ts'
import { RUNTIMES, type Site } from '../support/revalidating.ts'

// Two hundred who ask at once for what nobody has asked for yet.

const CLIENTS = 200

describe.each(RUNTIMES)('in the runtime %s', (runtime) => {
  let site: Site

  beforeAll(async () => {
    site = await startGuarded(runtime)
  }, 90_000)

  afterAll(async () => {
    await site[Symbol.asyncDispose]()
  })

  test('a page that may be shared is rendered once', async () => {
    const answers = await stampede('/items/stampede')
    expect(marksIn(answers).size).toBe(1)
    expect(await askedOf('/items/stampede')).toBe(1)
  })

  test('one that may not is rendered for each, at once', async () => {
    const answers = await stampede('/profile', (n) => ({ cookie: `user=${n}` }))
    expect(marksIn(answers).size).toBe(CLIENTS)
    expect(await askedOf('/profile')).toBe(CLIENTS)
  })

  test('one of each language', async () => {
    const languages = ['de', 'en', 'fr', 'it']
    const answers = await stampede('/api/language', (n) => ({
      'accept-language': languages[n % languages.length] as string,
    }))
    expect(marksIn(answers)).toEqual(
      new Set(languages.map((each) => `[language language=${each}]`)),
    )
    expect(answers.map(({ text }) => text.slice(-3, -1))).toEqual(
      answers.map((_, n) => languages[n % languages.length]),
    )
    expect(await askedOf('/api/language')).toBeLessThan(CLIENTS / 2)
  })

  function stampede(
    path: string,
    headers: (n: number) => Record<string, string> = () => ({}),
  ): Promise<Got[]> {
    return Promise.all(Array.from({ length: CLIENTS }, (_, n) => ask(site, path, headers(n))))
  }

  /** How often the app was asked, by the log. */
  async function askedOf(path: string): Promise<number> {
    const lines = (): typeof site.running.log =>
      site.running.log.filter((line) => line['event'] === 'request' && line['path'] === path)
    while (lines().length < CLIENTS) await site.next(site.now(), () => true, 'a line of the log')
    return lines().filter((line) => line['served'] !== 'cache').length
  }
})

function marksIn(answers: readonly Got[]): Set<string> {
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  return new Set(
    answers.map(({ text }) => /\[(?:item|profile|language) [^\]]*\]/.exec(text)?.[0] ?? text),
  )
}
