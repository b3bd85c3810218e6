import { setTimeout as delay } from 'node:timers/promises'
import { answeredFrom, type Answering } from './answering.ts'
import {
  isData,
  keyTag,
  readWithTime,
  tagsOf,
  type Context,
  type IncrementalCache,
  type Kept,
} from './incremental-cache.ts'
import { noteRenewal } from './on-demand.ts'
import type { RecentTags } from './recent-tags.ts'
import type { Revalidation } from './revalidation.ts'
import { followWallClock } from './wall-clock.ts'

/** What the hooks ask and tell of the work that runs now. */
export interface CacheObserver {
  /** Called in the tick in which Next.js takes what it has for outdated, or right after it was replaced. */
  readonly revalidated: (what: Revalidation) => void
  /** The answer that is being made; undefined outside of requests. */
  readonly answering: () => Answering | undefined
  /** Of the app whose work runs. */
  readonly recent: () => RecentTags
}

/** Where Next.js puts each one that it makes: `server/base-server.js`, `server/route-modules/route-module.js`. */
const GLOBAL = '__incrementalCache'

const watched = new WeakSet<object>()

/**
 * Watches every cache that Next.js makes. Each of its bundled runtimes (`compiled/next-server/*.runtime.prod.js`) has a class of
 * its own for them, so that they are met where all of them pass: the global.
 */
export function watchCaches(observer: CacheObserver): void {
  followWallClock()
  const before = Object.getOwnPropertyDescriptor(globalThis, GLOBAL)
  let latest: unknown = before?.value
  Object.defineProperty(globalThis, GLOBAL, {
    configurable: true,
    get: () => (before?.get === undefined ? latest : (before.get() as unknown)),
    set(cache: object | undefined) {
      if (cache !== undefined) watchClassOf(cache, observer)
      if (before?.set === undefined) latest = cache
      else before.set.call(globalThis, cache)
    },
  })
}

function watchClassOf(cache: object, observer: CacheObserver): void {
  const prototype = Object.getPrototypeOf(cache) as IncrementalCache
  if (watched.has(prototype)) return
  watched.add(prototype)
  const begun = new Begun()
  watchTags(prototype, observer)
  watchReads(prototype, observer, begun)
  watchWrites(prototype, observer, begun)
}

/** `revalidateTag`, `revalidatePath` and `updateTag` all end here, from handlers, actions, edge code and `after()`. */
function watchTags(prototype: IncrementalCache, { revalidated, recent }: CacheObserver): void {
  const { revalidateTag } = prototype
  prototype.revalidateTag = function (named, durations) {
    const tags = [named].flat()
    const tell = (): void => {
      recent().add(tags)
      revalidated({ tags })
    }
    const revalidate = (): Promise<void> => {
      passMillisecond()
      const done = revalidateTag.call(this, named, durations)
      tell()
      return done
    }
    const late = recent().writes.of(tags)
    const done = revalidate()
    // Until a handler of the app's own is done, it may still give out what is outdated.
    if (this.hasCustomCacheHandler) done.then(tell, tell)
    // A file that is written later would be newer.
    void late?.then(() => delay(FILE_STEP)).then(revalidate)
    return done
  }
}

/** What pages and route handlers are answered from. Nothing is made that was not asked for first. */
function watchReads(
  prototype: IncrementalCache,
  { revalidated, answering }: CacheObserver,
  begun: Begun,
): void {
  const { get } = prototype
  prototype.get = function (key, context) {
    const making = begun.note(this, key, context)
    if (isData(context)) return get.call(this, key, context)
    if (this.isOnDemandRevalidate === true) revalidated({ tags: [keyTag(key)] })
    const noteStale = (kept: Kept | null): Kept | null => {
      making.replaces = kept?.isStale === true
      return kept
    }
    const current = answering()
    if (current?.sources === undefined) return get.call(this, key, context).then(noteStale)
    return readWithTime(this, get, key, context).then(({ kept, writtenAt }) => {
      if (kept !== null) {
        answeredFrom(current, key, { tags: tagsOf(key, kept.value), writtenAt })
      }
      return noteStale(kept)
    })
  }
}

/** What Next.js makes anew. */
function watchWrites(
  prototype: IncrementalCache,
  { revalidated, answering, recent }: CacheObserver,
  begun: Begun,
): void {
  const { set } = prototype
  prototype.set = async function (key, value, context) {
    const making = begun.find(this, key)
    const { writes } = recent()
    // A handler of the app's own has no files, and dates by itself.
    const isFile = !this.hasCustomCacheHandler
    if (isFile && writes.has(key)) await writes.idle(key)
    const tags = isData(context) ? (context.tags ?? []) : tagsOf(key, value)
    // Next.js would take for new what was begun before (`file-system-cache.js`, `set`), and keep it.
    if (making !== undefined && recent().hasAny([...making.tags, ...tags], making.since)) return
    const written = set.call(this, key, value, context)
    if (isFile) writes.add(key, [...(making?.tags ?? []), ...tags], written)
    await written
    if (isData(context)) return
    const current = answering()
    if (current !== undefined) answeredFrom(current, key, { tags, writtenAt: Date.now() })
    const replaced = [keyTag(key)]
    if (this.isOnDemandRevalidate === true) {
      noteRenewal()
      recent().add(replaced)
      revalidated({ tags: replaced })
    }
    // What a visitor waits for takes the place of nothing.
    else if (making?.replaces === true || current?.res.headersSent !== false) {
      revalidated({ tags: replaced, isRenewal: true })
    }
  }
}

/** Milliseconds: by no more are the dates of files wrong, which are rounded. */
const FILE_STEP = 5

/**
 * Next.js dates what it writes and what is revalidated in whole milliseconds (`areTagsExpired` in `tags-manifest.external.js`), and
 * `use cache` with parts of them: what was made in that of a revalidation would outlive it. So one waits for the next to begin, within the
 * tick; not for a clock that was set back.
 */
function passMillisecond(): void {
  const from = Date.now()
  const until = performance.now() + 1
  while (Date.now() === from && performance.now() < until);
}

/** Something that is being made, as it is not in the cache, or is stale there. */
interface Making {
  readonly tags: readonly string[]
  /** On the clock of `performance.now()`. */
  readonly since: number
  /** The stale one is served meanwhile. */
  replaces: boolean
}

class Begun {
  readonly #all = new WeakMap<IncrementalCache, Map<string, Making>>()

  note(cache: IncrementalCache, key: string, { tags = [], softTags = [] }: Context): Making {
    const making = { tags: [...tags, ...softTags], since: performance.now(), replaces: false }
    const known = this.#all.get(cache)
    if (known === undefined) this.#all.set(cache, new Map([[key, making]]))
    else known.set(key, making)
    return making
  }

  find(cache: IncrementalCache, key: string): Making | undefined {
    return this.#all.get(cache)?.get(key)
  }
}
