import { keyObject } from '../keyed.ts'
import { current } from '../compartment.ts'
import type { Patch } from './patch.ts'

interface LruCache {
  readonly maxSize: number
  readonly calculateSize: (value: unknown, key: string) => number
  get(key: string): unknown
  set(key: string, value: unknown): boolean
  has(key: string): boolean
  remove(key: string): void
}

const SIZE = Symbol('size of the memory cache')

/**
 * Pages, route handlers and fetches in memory, one LRU for the process, keyed by pathname and held as a static of
 * `FileSystemCache` (`server/lib/incremental-cache/memory-cache.external.js`, `file-system-cache.js`): so the calls are
 * told apart inside of the LRU. Checks `static`, `isr`, `cached-fetch`.
 */
export const memoryCache: Patch = {
  name: 'memory-cache',
  install(next) {
    const { LRUCache } = next.require('next/dist/server/lib/lru-cache') as {
      LRUCache: new (size: number, calculate: LruCache['calculateSize']) => LruCache
    }
    next.replace('next/dist/server/lib/incremental-cache/memory-cache.external', (original) => {
      const create = original['getMemoryCache'] as (size: number) => LruCache
      let shared: LruCache | undefined
      return {
        __esModule: true,
        getMemoryCache(size: number): LruCache {
          current()?.own.set(SIZE, size)
          shared ??= keyLru(create(size), LRUCache)
          return shared
        },
      }
    })
  },
}

function keyLru(
  lru: LruCache,
  Lru: new (size: number, calculate: LruCache['calculateSize']) => LruCache,
): LruCache {
  const { maxSize, calculateSize } = lru
  const names = Object.getOwnPropertyNames(Lru.prototype).filter((name) => name !== 'constructor')
  keyObject(lru, names as (keyof LruCache)[], () => {
    const size = current()?.own.get(SIZE)
    return new Lru(typeof size === 'number' ? size : maxSize, calculateSize)
  })
  return lru
}
