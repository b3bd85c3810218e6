import { expect, test } from '@jest/globals'

/** What `npm run bench:lifecycle` runs with greater numbers. */
interface Outcome {
  readonly apps: Readonly<Record<string, { requests: number; inFlight: number; failed: object }>>
  readonly opened: number
  readonly broken: number
  readonly events: Readonly<Record<string, number>>
}

type RunUnderLoad = (
  counts: Record<string, number>,
  runtime: string,
  share: number,
) => Promise<Outcome>

// @ts-expect-error: the benchmark is JavaScript
const { runUnderLoad } = (await import('../../gateway/bench/lifecycle/load.js')) as {
  runUnderLoad: RunUnderLoad
}

const COUNTS = { reloads: 10, deploys: 1, rollbacks: 1, kills: 1, failures: 1 }

/** Of the benchmark's requests a second: a busy machine of two cores has to bear them beside other tests. */
const SHARE = 0.25

// Fifty requests a second, and streams and WebSockets that stay open, with the real command.
test.each(['process', 'shared'])(
  'runtime %s: reloads, deploys, rollbacks, failed deploys and crashes lose nothing that they need not',
  async (runtime) => {
    const { apps, opened, broken, events } = await runUnderLoad(COUNTS, runtime, SHARE)
    for (const app of ['calm', 'quiet', 'site']) {
      expect([app, apps[app]?.failed, apps[app]?.inFlight]).toEqual([app, {}, 0])
      expect(apps[app]?.requests).toBeGreaterThan(100)
    }
    // Of the app whose child was killed, what that child held.
    expect(apps['frail']?.failed).toEqual({})
    expect([opened, broken]).toEqual([20, 0])
    expect(events).toMatchObject({ 'app.replaced': 3, 'app.failed': 1, 'app.died': 1 })
  },
  240_000,
)
