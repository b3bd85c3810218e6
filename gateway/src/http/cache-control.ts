/** What a `Cache-Control` header says; times in seconds. */
export interface CacheControl {
  noStore: boolean
  noCache: boolean
  isPrivate: boolean
  isPublic: boolean
  /** `must-revalidate` or `proxy-revalidate`: to a shared cache they say the same. */
  mustRevalidate: boolean
  noTransform: boolean
  onlyIfCached: boolean
  maxAge: number | undefined
  sMaxage: number | undefined
  minFresh: number | undefined
  maxStale: number | undefined
  staleWhileRevalidate: number | undefined
  staleIfError: number | undefined
}

const DIRECTIVE = /([^\s=,;"]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^\s,"]*)))?/g

/** Such as `no-cache="set-cookie"`, the names of directives that count in either form (RFC 9111 §5.2.2.4). */
const FLAGS = {
  'no-store': 'noStore',
  'no-cache': 'noCache',
  private: 'isPrivate',
  public: 'isPublic',
  'must-revalidate': 'mustRevalidate',
  'proxy-revalidate': 'mustRevalidate',
  'no-transform': 'noTransform',
  'only-if-cached': 'onlyIfCached',
} as const

const TIMES = {
  'max-age': 'maxAge',
  's-maxage': 'sMaxage',
  'min-fresh': 'minFresh',
  'max-stale': 'maxStale',
  'stale-while-revalidate': 'staleWhileRevalidate',
  'stale-if-error': 'staleIfError',
} as const

/** The longest time that counts, in seconds; RFC 9111 §1.2.2 asks for no more. */
const MAX_SECONDS = 2_147_483_648

/**
 * Reads a `Cache-Control` field. What is no number of seconds counts as 0, and of a time that is given twice the shorter
 * one counts (RFC 9111 §4.2.1: conflicting and invalid freshness is stale); `max-stale` may come without one.
 */
export function parseCacheControl(field: string): CacheControl {
  const said = nothing()
  for (const [, name = '', quoted, plain] of field.matchAll(DIRECTIVE)) {
    const lower = name.toLowerCase()
    const value = quoted ?? plain
    if (Object.hasOwn(FLAGS, lower)) said[FLAGS[lower as keyof typeof FLAGS]] = true
    else if (Object.hasOwn(TIMES, lower)) {
      const key = TIMES[lower as keyof typeof TIMES]
      const seconds = key === 'maxStale' && value === undefined ? Infinity : toSeconds(value)
      said[key] = Math.min(seconds, said[key] ?? Infinity)
    }
  }
  return said
}

function toSeconds(text: string | undefined): number {
  return text !== undefined && /^\d+$/.test(text) ? Math.min(Number(text), MAX_SECONDS) : 0
}

function nothing(): CacheControl {
  return {
    noStore: false,
    noCache: false,
    isPrivate: false,
    isPublic: false,
    mustRevalidate: false,
    noTransform: false,
    onlyIfCached: false,
    maxAge: undefined,
    sMaxage: undefined,
    minFresh: undefined,
    maxStale: undefined,
    staleWhileRevalidate: undefined,
    staleIfError: undefined,
  }
}
