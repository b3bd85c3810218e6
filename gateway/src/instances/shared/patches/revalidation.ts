import { nodeServerOf } from '../../next-app.ts'
import { renewOnDemand } from '../../on-demand.ts'
import { RecentTags } from '../../recent-tags.ts'
import { watchCaches } from '../../watch-caches.ts'
import { current, currentAnswering, leave } from '../compartment.ts'
import { ownCopy } from '../keyed.ts'
import type { Patch } from './patch.ts'

const RECENT = Symbol('recent tags')
/** Of work in no compartment; there is none. */
const outside = new RecentTags()

/**
 * Keys nothing: tells the gateway what apps revalidate, and what answers are made from (`server/lib/incremental-cache/index.js`).
 * Proven by the tests of revalidation.
 */
export const revalidation: Patch = {
  name: 'revalidation',
  install(next) {
    renewOnDemand(nodeServerOf(next.require))
    watchCaches({
      answering: currentAnswering,
      recent() {
        const compartment = current()
        if (compartment === undefined) return outside
        return ownCopy(compartment, RECENT, () => new RecentTags())
      },
      revalidated(what) {
        const compartment = current()
        if (compartment !== undefined) leave(() => compartment.revalidated(what))
      },
    })
  },
}
