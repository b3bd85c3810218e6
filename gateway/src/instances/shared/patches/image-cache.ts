import type { Patch } from './patch.ts'

/** The LRU over optimised images on disk (`server/lib/disk-lru-cache.external.js`). Check `image`. */
export const imageCache: Patch = {
  name: 'image-cache',
  install: (next) => next.key('next/dist/server/lib/disk-lru-cache.external'),
}
