import { answeredFrom, type Answering, type Source } from './answering.ts'
import type { Revalidation } from './revalidation.ts'

/** What the hooks ask and tell of the work that runs now. */
export interface CacheObserver {
  /** Called in the tick in which Next.js takes what it has for outdated, or right after it was replaced. */
  readonly revalidated: (what: Revalidation) => void
  /** The answer that is being made; undefined outside of requests. */
  readonly answering: () => Answering | undefined
}

/** The parts of Next's `IncrementalCache` (`server/lib/incremental-cache/index.js`); it makes one for each request. */
interface IncrementalCache {
  get: (this: IncrementalCache, key: string, context: Context) => Promise<Kept | null>
  set: (this: IncrementalCache, key: string, value: Value, context: Context) => Promise<void>
  revalidateTag: (
    this: IncrementalCache,
    tags: string | readonly string[],
    durations?: object,
  ) => Promise<void>
  readonly cacheHandler?: CacheHandler
  /** The handler is the app's own. */
  readonly hasCustomCacheHandler: boolean
  /** It serves the request that `res.revalidate()` makes of the app. */
  readonly isOnDemandRevalidate?: boolean
}

/** What is asked for, or stored: an answer, or what `fetch` and `unstable_cache` keep, which is none by itself. */
interface Context {
  /** Of what is asked for (`server/response-cache/types.js`). */
  readonly kind?: string
  /** Of what is stored. */
  readonly fetchCache?: boolean
}

interface CacheHandler {
  get(...args: unknown[]): Promise<{ readonly lastModified?: number } | null | undefined>
  set(...args: unknown[]): unknown
}

/** `isStale` is `true` where it is served while a newer one is made (`server/response-cache/index.js`). */
interface Kept {
  readonly value: Value
  readonly isStale?: boolean | -1
}

/** A page or an answer of a route handler; null for one that is not found. */
type Value = { readonly headers?: Readonly<Record<string, unknown>> } | null

/** Where Next.js puts each one that it makes: `server/base-server.js`, `server/route-modules/route-module.js`. */
const GLOBAL = '__incrementalCache'
const FETCH = 'FETCH'
/** On what is kept, never on what is sent (`NEXT_CACHE_TAGS_HEADER` in `lib/constants.js`). */
const KEPT_TAGS = 'x-next-cache-tags'
/** Begins the tags of paths (`NEXT_CACHE_IMPLICIT_TAG_ID` in the same file). */
const PATH = '_N_T_'

const watched = new WeakSet<object>()

/**
 * Watches every cache that Next.js makes. Each of its bundled runtimes (`compiled/next-server/*.runtime.prod.js`) has a class of
 * its own for them, so that they are met where all of them pass: the global.
 */
export function watchCaches(observer: CacheObserver): void {
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
  watchTags(prototype, observer)
  watchAnswers(prototype, observer)
}

/** `revalidateTag`, `revalidatePath` and `updateTag` all end here, from handlers, actions, edge code and `after()`. */
function watchTags(prototype: IncrementalCache, { revalidated }: CacheObserver): void {
  const { revalidateTag } = prototype
  prototype.revalidateTag = function (tags, durations) {
    const done = revalidateTag.call(this, tags, durations)
    const tell = (): void => revalidated({ tags: [tags].flat() })
    tell()
    // Until a handler of the app's own is done, it may still give out what is outdated.
    if (this.hasCustomCacheHandler) done.then(tell, tell)
    return done
  }
}

/** What pages and route handlers are answered from, and when Next.js replaces it. */
function watchAnswers(
  prototype: IncrementalCache,
  { revalidated, answering }: CacheObserver,
): void {
  const { get, set } = prototype
  const replacing = new WeakMap<IncrementalCache, Set<string>>()

  prototype.get = function (key, context) {
    if (context.kind === FETCH) return get.call(this, key, context)
    const current = answering()
    const isAsked = current?.sources !== undefined
    const read = isAsked ? readFor(current, this, get, key, context) : get.call(this, key, context)
    return read.then((kept) => {
      if (kept?.isStale === true) replacing.set(this, (replacing.get(this) ?? new Set()).add(key))
      return kept
    })
  }

  prototype.set = async function (key, value, context) {
    await set.call(this, key, value, context)
    if (context.fetchCache === true) return
    const current = answering()
    if (current !== undefined) answeredFrom(current, key, sourceOf(key, value, Date.now()))
    const tags = [PATH + key]
    if (this.isOnDemandRevalidate === true) revalidated({ tags })
    // What a visitor waits for takes the place of nothing.
    else if (replacing.get(this)?.has(key) === true || current?.res.headersSent !== false) {
      revalidated({ tags, isRenewal: true })
    }
  }
}

/** Reads, and notes what was read; only the handler knows when that was written. */
async function readFor(
  current: Answering,
  cache: IncrementalCache,
  get: IncrementalCache['get'],
  key: string,
  context: Context,
): Promise<Kept | null> {
  const { cacheHandler } = cache
  let writtenAt: number | undefined
  const seen = cacheHandler && {
    async get(...args: unknown[]) {
      const found = await cacheHandler.get(...args)
      writtenAt = found?.lastModified
      return found
    },
    set: (...args: unknown[]) => cacheHandler.set(...args),
  }
  const view = Object.create(cache, { cacheHandler: { value: seen } }) as IncrementalCache
  const kept = await get.call(view, key, context)
  if (kept !== null) answeredFrom(current, key, sourceOf(key, kept.value, writtenAt))
  return kept
}

function sourceOf(key: string, value: Value, writtenAt: number | undefined): Source {
  const tags = value?.headers?.[KEPT_TAGS]
  const own = PATH + key
  return { tags: typeof tags === 'string' ? [...tags.split(','), own] : [own], writtenAt }
}
