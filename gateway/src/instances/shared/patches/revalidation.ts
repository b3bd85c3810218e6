import { watchCaches } from '../../watch-caches.ts'
import { current, currentAnswering, leave } from '../compartment.ts'
import type { Patch } from './patch.ts'

/**
 * Keys nothing: tells the gateway what apps revalidate, and what answers are made from (`server/lib/incremental-cache/index.js`).
 * Proven by the tests of revalidation.
 */
export const revalidation: Patch = {
  name: 'revalidation',
  install: () =>
    watchCaches({
      answering: currentAnswering,
      revalidated(what) {
        const compartment = current()
        if (compartment !== undefined) leave(() => compartment.revalidated(what))
      },
    }),
}
