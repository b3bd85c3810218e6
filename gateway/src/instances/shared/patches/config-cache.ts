import type { Patch } from './patch.ts'

/**
 * The config of each app, kept for ever by a short hash of its folder (`configCache` in `server/config.js`): a folder with
 * a new build would go on with the old config. Proven by the test of an app that comes back from a changed folder.
 */
export const configCache: Patch = {
  name: 'config-cache',
  install: (next) => next.key('next/dist/server/config'),
}
