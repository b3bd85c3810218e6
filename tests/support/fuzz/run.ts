import { setImmediate as turn } from 'node:timers/promises'
import { makeCase } from './cases.ts'
import type { FuzzedApp } from './app.ts'
import { addressOf, runCase, type Outcome } from './client.ts'
import { judge } from './verdict.ts'

/** How many clients there are at once. */
const CLIENTS = 48

/** Runs the cases from `from` to below `to`, many at once. */
export async function runCases(
  port: number,
  seed: number,
  from: number,
  to: number,
): Promise<Map<number, Outcome>> {
  const outcomes = new Map<number, Outcome>()
  let next = from
  const client = async (): Promise<void> => {
    while (next < to) {
      const n = next++
      outcomes.set(n, await runCase(port, makeCase(seed, n)))
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
  return outcomes
}

/** @returns what is wrong, with all that is needed to run the case again */
export async function judgeAll(
  seed: number,
  outcomes: ReadonlyMap<number, Outcome>,
  app: FuzzedApp,
): Promise<string[]> {
  const wrongs: string[] = []
  for (const [n, outcome] of outcomes) {
    const one = makeCase(seed, n)
    const wrong = judge(one, outcome, app.seen.get(addressOf(n)) ?? [])
    if (wrong !== undefined) {
      wrongs.push(
        `TENANTRY_FUZZ_SEED=${seed} TENANTRY_FUZZ_CASE=${n}: ${wrong}\n${one.leave}, in pieces at ${JSON.stringify(one.cuts)}: ${JSON.stringify(one.bytes)}`,
      )
    }
    if (n % 1000 === 0) await turn()
  }
  return wrongs
}
