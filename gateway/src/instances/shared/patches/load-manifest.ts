import { current } from '../compartment.ts'
import { ownCopy } from '../keyed.ts'
import type { Patch } from './patch.ts'

type Cache = Map<string, unknown>
type Second = (path: unknown, cache?: Cache) => unknown
type Third = (path: unknown, isCached: unknown, cache?: Cache, ...rest: unknown[]) => unknown
type Named = (options: NamedOptions) => unknown

interface NamedOptions {
  readonly projectDir: string
  readonly distDir: string
  readonly manifest: string
  readonly shouldCache?: boolean
  cache?: Cache | undefined
}

/** What a name stood for. */
interface Found extends Pick<NamedOptions, 'projectDir' | 'distDir'> {
  readonly value: unknown
}

/** Manifests of one compartment: by path, as Next.js keeps them; and by the name that it joins to a path for each request. */
interface Kept {
  readonly byPath: Cache
  readonly byName: Map<string, Found>
}

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
        loadManifest: ((path, isCached, cache = own()?.byPath, skipParse, handleMissing) =>
          load(path, isCached, cache, skipParse, handleMissing)) satisfies Third,
        evalManifest: ((path, isCached, cache = own()?.byPath, handleMissing) =>
          evaluate(path, isCached, cache, handleMissing)) satisfies Third,
        clearManifestCache: ((path, cache) => {
          const kept = own()
          kept?.byName.clear()
          return clear(path, cache ?? kept?.byPath)
        }) satisfies Second,
        loadManifestFromRelativePath: named(loadFrom),
        evalManifestFromRelativePath: named(evaluateFrom),
      }
    })
  },
}

function own(): Kept | undefined {
  const compartment = current()
  return compartment && ownCopy(compartment, loadManifest.name, newKept)
}

function newKept(): Kept {
  return { byPath: new Map(), byName: new Map() }
}

/** What was loaded and what was evaluated share one cache in Next.js, too. */
function named(read: Named): Named {
  return (options) => {
    const kept = own()
    if (kept === undefined || options.cache !== undefined) return read(options)
    const { projectDir, distDir, manifest, shouldCache = true } = options
    const found = shouldCache ? kept.byName.get(manifest) : undefined
    if (found?.projectDir === projectDir && found.distDir === distDir) return found.value
    // The options are made for this one call.
    options.cache = kept.byPath
    const value = read(options)
    if (shouldCache) kept.byName.set(manifest, { projectDir, distDir, value })
    return value
  }
}
