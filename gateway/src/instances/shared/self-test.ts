import { fileURLToPath } from 'node:url'
import type { NextAppConfig } from '../../config/config.ts'
import { INTERNAL_ORIGIN } from '../internal-fetch.ts'

/** An app of the self-test, running in a compartment. */
interface Subject {
  readonly ask: typeof fetch
}

const MARKS = ['p', 'q'] as const
type Mark = (typeof MARKS)[number]

/** Page → what it must say, for each mark. Asked of both apps at once, several times. */
const CHECKS: Record<string, (mark: Mark) => string> = {
  '/static': (mark) => `static of ${mark}`,
  '/api/env': (mark) => mark,
  '/cached': (mark) => `cached of ${mark} `,
  '/suspense': (mark) => `client of ${mark}`,
}
const ROUNDS = 2

/**
 * Two builds of one tiny app, with the same paths, routes and module ids, run side by side and must not see each other.
 * @returns each check that failed
 */
export async function failedChecks(
  load: (app: NextAppConfig) => Promise<Subject>,
): Promise<string[]> {
  const subjects = { p: await load(fixture('p')), q: await load(fixture('q')) }
  return [...(await askAll(subjects)), ...(await expireOne(subjects))]
}

async function askAll(subjects: Record<Mark, Subject>): Promise<string[]> {
  const asked = Array.from({ length: ROUNDS }, () =>
    MARKS.flatMap((mark) =>
      Object.entries(CHECKS).map(async ([path, expected]) => {
        const text = await textOf(subjects[mark], path)
        return text.includes(expected(mark)) ? undefined : `${path} of ${mark}`
      }),
    ),
  )
  const wrong = await Promise.all(asked.flat())
  return [...new Set(wrong.filter((each) => each !== undefined))]
}

/** A tag that one app expires must leave the other's cached fetch alone. */
async function expireOne({ p, q }: Record<Mark, Subject>): Promise<string[]> {
  const before = await Promise.all([textOf(p, '/cached'), textOf(q, '/cached')])
  await textOf(p, '/api/expire', 'POST')
  const after = [await textOf(p, '/cached'), await textOf(q, '/cached')]
  const wrong: string[] = []
  if (cached(before[0]) === cached(after[0])) wrong.push('a tag that was not expired')
  if (cached(before[1]) !== cached(after[1])) wrong.push('a tag that expired elsewhere')
  return wrong
}

/** The cached part of the page: whose it is, and of which request. */
function cached(html: string | undefined): string | undefined {
  return /cached of \w+ [0-9a-f-]+/.exec(html ?? '')?.[0]
}

async function textOf({ ask }: Subject, path: string, method = 'GET'): Promise<string> {
  const answer = await ask(`${INTERNAL_ORIGIN}${path}`, {
    method,
    headers: { 'x-forwarded-host': 'self-test.localhost', 'x-forwarded-proto': 'http' },
  })
  return answer.text()
}

function fixture(mark: Mark): NextAppConfig {
  return {
    kind: 'next',
    id: `self-test-${mark}`,
    dir: fileURLToPath(new URL(`../../self-test/${mark}`, import.meta.url)),
    release: undefined,
    runtime: 'shared',
    instances: 1,
    env: { MARK: mark },
    start: 'lazy',
    idle: {},
    memory: {},
    health: { path: false, timeout: 0 },
    cache: false,
    compression: false,
    acceptAdvisories: [],
    next: { dev: false, quiet: true, httpServer: 'own', turbopack: true },
  }
}
