import { keyObject } from '../keyed.ts'
import type { Patch } from './patch.ts'

const METHODS: readonly (keyof Map<string, unknown>)[] = [
  'get',
  'set',
  'has',
  'delete',
  'clear',
  'forEach',
  'keys',
  'values',
  'entries',
]

/** Tags that were revalidated (`server/lib/incremental-cache/tags-manifest.external.js`). Checks `revalidate-tag`, `revalidate-path`. */
export const tags: Patch = {
  name: 'tags',
  install(next) {
    const { tagsManifest } = next.require(
      'next/dist/server/lib/incremental-cache/tags-manifest.external',
    ) as { tagsManifest: Map<string, unknown> }
    keyObject(tagsManifest, METHODS, () => new Map())
  },
}

/** Cache lives of routes (a static of `shared-cache-controls.external.js`). Check `cache-control`. */
export const cacheControls: Patch = {
  name: 'cache-controls',
  install(next) {
    const { SharedCacheControls } = next.require(
      'next/dist/server/lib/incremental-cache/shared-cache-controls.external',
    ) as { SharedCacheControls: { cacheControls: Map<string, unknown> } }
    keyObject(SharedCacheControls.cacheControls, METHODS, () => new Map())
  },
}
