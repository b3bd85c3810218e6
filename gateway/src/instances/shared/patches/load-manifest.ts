import { current } from '../compartment.ts'
import { ownCopy } from '../keyed.ts'
import type { Patch } from './patch.ts'

type Load = (...args: unknown[]) => unknown

/** Where the cache stands among the arguments of each function. */
const PLACES = { loadManifest: 2, evalManifest: 2, clearManifestCache: 1 }

/** Manifests of builds, kept by path for ever (`server/load-manifest.external.js`). Proven by the test of unloading. */
export const loadManifest: Patch = {
  name: 'load-manifest',
  install(next) {
    next.replace('next/dist/server/load-manifest.external', (original) => {
      const own = { ...original, __esModule: true }
      for (const [name, place] of Object.entries(PLACES)) {
        const load = original[name] as Load
        Reflect.set(own, name, (...args: unknown[]) => {
          const compartment = current()
          if (compartment !== undefined)
            args[place] ??= ownCopy(compartment, loadManifest.name, () => new Map())
          return load(...args)
        })
      }
      for (const name of ['loadManifestFromRelativePath', 'evalManifestFromRelativePath']) {
        const load = original[name] as (options: { cache?: unknown }) => unknown
        Reflect.set(own, name, (options: { cache?: unknown }) => {
          const compartment = current()
          if (compartment === undefined || options.cache !== undefined) return load(options)
          return load({
            ...options,
            cache: ownCopy(compartment, loadManifest.name, () => new Map()),
          })
        })
      }
      return own
    })
  },
}
