import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startTwins, type RunningTwins } from '../support/twins.ts'
import type { ProcessState } from '../support/twins/apps.ts'
import { CHECKS, runSuite } from '../support/twins/suite.ts'

// Apps that are alike in everything but their mark run in one process, and none ever shows another one's.
let running: RunningTwins | undefined

beforeAll(async () => {
  running = await startTwins({ runtime: 'shared', kinds: ['main', 'cached', 'pages'] })
}, 120_000)

afterAll(async () => {
  await running?.[Symbol.asyncDispose]()
})

test('2,000 requests of 24 clients to shared apps: each response is its own twin’s', async () => {
  const { wrong, requests, byCheck } = await runSuite(running as RunningTwins, {
    clients: 24,
    requests: 2000,
  })
  expect(wrong).toEqual([])
  expect(requests).toBeGreaterThanOrEqual(2000)
  const { warnings } = await (running as RunningTwins).control<ProcessState>('/process')
  expect(warnings).toEqual([])
  expect([...byCheck.keys()].toSorted()).toEqual(CHECKS.map(({ name }) => name).toSorted())
}, 240_000)
