import { keyGlobal } from '../keyed.ts'
import type { Patch } from './patch.ts'

/**
 * Client references and server actions of all routes, `Symbol.for('next.server.manifests')`
 * (`server/app-render/manifests-singleton.js`). Proven by the checks `action` and `dynamic`.
 */
export const manifests: Patch = {
  name: 'manifests',
  install: () => keyGlobal(Symbol.for('next.server.manifests')),
}
