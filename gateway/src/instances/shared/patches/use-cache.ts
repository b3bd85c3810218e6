import { keyGlobal } from '../keyed.ts'
import type { Patch } from './patch.ts'

const HANDLERS = [
  '@next/cache-handlers-map',
  '@next/cache-handlers-set',
  '@next/cache-handlers-private',
  '@next/cache-handlers-built-in',
  '@next/cache-handlers-dev-fronts',
  '@next/cache-handlers-dev-tiered',
  '@next/cache-handlers-memory-disabled',
]

/** Stores of `use cache` (`server/use-cache/handlers.js`). Check `use-cache`, on one build that runs twice. */
export const useCache: Patch = {
  name: 'use-cache',
  install: () => HANDLERS.forEach((name) => keyGlobal(Symbol.for(name))),
}

/** Cache handlers that an app brings itself (the same file). Check `custom-cache-handler`. */
export const customCacheHandlers: Patch = {
  name: 'custom-cache-handlers',
  install: () => {
    keyGlobal(Symbol.for('@next/cache-handlers'))
    keyGlobal(Symbol.for('@next/custom-cache-handlers-registration'))
  },
}
