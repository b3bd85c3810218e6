import type { RunningTwins, Twin } from '../twins.ts'
import { CACHED_CHECKS } from './cached-checks.ts'
import type { Check } from './check.ts'
import { MAIN_CHECKS } from './main-checks.ts'
import { PAGES_CHECKS } from './pages-checks.ts'
import { Visit } from './visit.ts'

export const CHECKS: readonly Check[] = [...MAIN_CHECKS, ...CACHED_CHECKS, ...PAGES_CHECKS]

export interface SuiteOptions {
  readonly clients: number
  /** At least this many. */
  readonly requests: number
  /** Names of the checks that run. Default: all. */
  readonly only?: readonly string[]
  /** Ends when every check has had a wrong response. */
  readonly untilWrong?: boolean
}

export interface SuiteResult {
  readonly requests: number
  /** Answered requests of each check. */
  readonly byCheck: ReadonlyMap<string, number>
  /** Responses that were wrong, as `<check>: <what>`. */
  readonly wrong: readonly string[]
  /** Names of the checks that had one. */
  readonly failed: ReadonlySet<string>
}

interface Turn {
  readonly check: Check
  readonly twin: Twin
}

/** Runs every check on every twin of its kind, again and again, all at once. */
export async function runSuite(running: RunningTwins, options: SuiteOptions): Promise<SuiteResult> {
  const suite = new Suite(running)
  const checks = CHECKS.filter(({ name }) => options.only?.includes(name) ?? true)
  const turns = checks.flatMap((check) => suite.turnsOf(check))
  for (const turn of turns) await suite.visit(turn, 'prepare')
  const endless = shuffledForEver(turns)
  const isDone = (): boolean =>
    suite.requests >= options.requests ||
    (options.untilWrong === true && checks.every(({ name }) => suite.failed.has(name)))
  const client = async (): Promise<void> => {
    while (!isDone()) {
      const { value } = endless.next()
      await suite.visit(value, 'run')
    }
  }
  await Promise.all(Array.from({ length: options.clients }, client))
  return suite
}

class Suite implements SuiteResult {
  requests = 0
  readonly byCheck = new Map<string, number>()
  readonly wrong: string[] = []
  readonly failed = new Set<string>()
  readonly #running: RunningTwins
  readonly #memories = new Map<string, Map<string, string>>()
  readonly #inTurn = new Map<string, Promise<void>>()
  #visits = 0

  constructor(running: RunningTwins) {
    this.#running = running
  }

  turnsOf(check: Check): Turn[] {
    const { twins } = this.#running
    return twins.filter(({ kind }) => kind === check.kind).map((twin) => ({ check, twin }))
  }

  async visit({ check, twin }: Turn, step: 'prepare' | 'run'): Promise<void> {
    if (check[step] === undefined) return
    const key = `${check.name} ${twin.id}`
    if (check.inTurn !== true) return this.#visitNow({ check, twin }, key, step)
    const before = this.#inTurn.get(key) ?? Promise.resolve()
    const visited = before.then(() => this.#visitNow({ check, twin }, key, step))
    this.#inTurn.set(key, visited)
    return visited
  }

  async #visitNow({ check, twin }: Turn, key: string, step: 'prepare' | 'run'): Promise<void> {
    const memory = this.#memories.get(key) ?? new Map<string, string>()
    this.#memories.set(key, memory)
    const visit = new Visit(this.#running, twin, `v${++this.#visits}`, memory)
    try {
      await check[step]?.(visit)
      visit.end()
    } catch (error) {
      this.failed.add(check.name)
      this.wrong.push(`${check.name}: ${error instanceof Error ? error.message : String(error)}`)
    }
    this.requests += Math.max(1, visit.requests)
    this.byCheck.set(check.name, (this.byCheck.get(check.name) ?? 0) + visit.requests)
  }
}

/** Every round has all turns, each time in another order; the order is the same in every run. */
function* shuffledForEver(turns: readonly Turn[]): Generator<Turn, never> {
  let seed = 1
  for (;;) {
    const round = turns.map((turn) => {
      seed = (seed * 48_271) % 0x7fffffff
      return { turn, place: seed }
    })
    for (const { turn } of round.toSorted((a, b) => a.place - b.place)) yield turn
  }
}
