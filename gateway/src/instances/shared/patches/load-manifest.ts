import { current } from '../compartment.ts'
import { ownCopy } from '../keyed.ts'
import type { Patch } from './patch.ts'

type Cache = Map<string, unknown>
type Second = (path: unknown, cache?: Cache) => unknown
type Third = (path: unknown, isCached: unknown, cache?: Cache, ...rest: unknown[]) => unknown
type Named = (options: { cache?: Cache | undefined }) => unknown

/**
 * Manifests of builds, kept by path for ever (`server/load-manifest.external.js`). Called a dozen times a request.
 * Proven by the tests of an app from a changed folder.
 */
export const loadManifest: Patch = {
  name: 'load-manifest',
  install(next) {
    next.replace('next/dist/server/load-manifest.external', (original) => {
      const load = original['loadManifest'] as Third
      const evaluate = original['evalManifest'] as Third
      const clear = original['clearManifestCache'] as Second
      const loadFrom = original['loadManifestFromRelativePath'] as Named
      const evaluateFrom = original['evalManifestFromRelativePath'] as Named
      return {
        ...original,
        __esModule: true,
        loadManifest: ((path, isCached, cache = own(), skipParse, handleMissing) =>
          load(path, isCached, cache, skipParse, handleMissing)) satisfies Third,
        evalManifest: ((path, isCached, cache = own(), handleMissing) =>
          evaluate(path, isCached, cache, handleMissing)) satisfies Third,
        clearManifestCache: ((path, cache = own()) => clear(path, cache)) satisfies Second,
        loadManifestFromRelativePath: ((options) => loadFrom(withCache(options))) satisfies Named,
        evalManifestFromRelativePath: ((options) =>
          evaluateFrom(withCache(options))) satisfies Named,
      }
    })
  },
}

function own(): Cache | undefined {
  const compartment = current()
  return compartment && ownCopy(compartment, loadManifest.name, newCache)
}

function newCache(): Cache {
  return new Map()
}

/** The options are made for this one call. */
function withCache<T extends { cache?: Cache | undefined }>(options: T): T {
  options.cache ??= own()
  return options
}
