import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startTwins, type RunningTwins } from '../support/twins.ts'
import { CHECKS, runSuite } from '../support/twins/suite.ts'

// The same apps and the same checks as in `compartments.test.ts`, each app in a process of its own.
let running: RunningTwins | undefined

beforeAll(async () => {
  running = await startTwins({ runtime: 'process', kinds: ['main', 'cached', 'pages'] })
}, 120_000)

afterAll(async () => {
  await running?.[Symbol.asyncDispose]()
})

test('2,000 requests of 24 clients to apps in processes: each response is its own twin’s', async () => {
  const { wrong, requests, byCheck } = await runSuite(running as RunningTwins, {
    clients: 24,
    requests: 2000,
  })
  expect(wrong).toEqual([])
  expect(requests).toBeGreaterThanOrEqual(2000)
  expect([...byCheck.keys()].toSorted()).toEqual(CHECKS.map(({ name }) => name).toSorted())
}, 240_000)
