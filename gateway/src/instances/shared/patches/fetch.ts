import { keyGlobal } from '../keyed.ts'
import type { Patch } from './patch.ts'

/**
 * `fetch`, which the bundle of the first app wraps for all (`server/lib/patch-fetch.js`). Check `cached-fetch`.
 */
export const patchedFetch: Patch = {
  name: 'patched-fetch',
  install: () => {
    keyGlobal('fetch', (host) => host)
    keyGlobal(Symbol.for('next-patch'))
  },
}
