import type { UpstreamAppConfig } from '../../config/config.ts'
import type { Target } from './target.ts'

/** Chooses one of the targets that can take a request; there is one at least. */
export type Balance = (targets: readonly Target[]) => Target

/** Sticky visitors without a target of their own are balanced as `least` does. */
export function createBalance(kind: UpstreamAppConfig['balance']): Balance {
  return kind === 'round-robin' ? roundRobin : createLeast()
}

/** The fewest in flight, by weight; those that are level take turns. */
function createLeast(): Balance {
  let turn = 0
  return (targets) => {
    turn = (turn + 1) % targets.length
    let least = targets[turn] as Target
    for (const each of targets) {
      if ((each.inFlight + 1) * least.weight < (least.inFlight + 1) * each.weight) least = each
    }
    return least
  }
}

/** Smooth weighted round robin, as in nginx: of weights 2 and 1 come a, b, a. */
function roundRobin(targets: readonly Target[]): Target {
  let next = targets[0] as Target
  let sum = 0
  for (const each of targets) {
    each.credit += each.weight
    sum += each.weight
    if (each.credit > next.credit) next = each
  }
  next.credit -= sum
  return next
}
