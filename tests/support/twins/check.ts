import type { Kind } from '../twins.ts'
import type { Visit } from './visit.ts'

/** One thing that twins could mix up. */
export interface Check {
  readonly name: string
  readonly kind: Kind
  /** Visits of one twin come one after the other; visits of different twins do not wait. */
  readonly inTurn?: boolean
  /** Once for each twin, before all others. */
  prepare?(visit: Visit): Promise<void>
  run(visit: Visit): Promise<void>
}

export async function revalidate(visit: Visit, what: string): Promise<void> {
  const answer = await visit.ask(`/api/revalidate?${what}`, { method: 'POST' })
  answer.is(200).says('revalidated')
}
