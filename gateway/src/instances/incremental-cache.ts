/** The parts of Next's `IncrementalCache` (`server/lib/incremental-cache/index.js`); it makes one for each request. */
export interface IncrementalCache {
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

/** What is asked for, or stored: an answer, or data that `fetch` or `unstable_cache` keeps. */
export interface Context {
  /** Of what is asked for (`server/response-cache/types.js`). */
  readonly kind?: string
  /** Of what is stored: it is data. */
  readonly fetchCache?: boolean
  /** Of data: its own tags, and those of the path that it is asked for. */
  readonly tags?: readonly string[]
  readonly softTags?: readonly string[]
}

interface CacheHandler {
  get(...args: unknown[]): Promise<{ readonly lastModified?: number } | null | undefined>
  set(...args: unknown[]): unknown
}

/** `isStale` is `true` where it is served while a newer one is made (`server/response-cache/index.js`). */
export interface Kept {
  readonly value: Value
  readonly isStale?: boolean | -1
}

/** A page or an answer of a route handler; null for one that is not found. Or data. */
export type Value = { readonly headers?: Readonly<Record<string, unknown>> } | null

/** On what is kept, never on what is sent (`NEXT_CACHE_TAGS_HEADER` in `lib/constants.js`). */
const KEPT_TAGS = 'x-next-cache-tags'
/** Begins the tags of paths (`NEXT_CACHE_IMPLICIT_TAG_ID` in the same file). */
const PATH = '_N_T_'

export function isData({ kind, fetchCache }: Context): boolean {
  return kind === 'FETCH' || fetchCache === true
}

/** The tag of a page by its key in the cache; with it pages of the Pages Router have one as well. */
export function keyTag(key: string): string {
  return PATH + key
}

/** The tags of a page or an answer of a route handler. */
export function tagsOf(key: string, value: Value): string[] {
  const tags = value?.headers?.[KEPT_TAGS]
  return typeof tags === 'string' ? [...tags.split(','), keyTag(key)] : [keyTag(key)]
}

/** Reads with `get`. Only the handler knows when that was written: milliseconds since the epoch. */
export async function readWithTime(
  cache: IncrementalCache,
  get: IncrementalCache['get'],
  key: string,
  context: Context,
): Promise<{ kept: Kept | null; writtenAt: number | undefined }> {
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
  return { kept: await get.call(view, key, context), writtenAt }
}
