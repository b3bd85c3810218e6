import { LRUCache } from 'lru-cache'
import { parseHostHeader } from '../http/host.ts'
import type { HostTable, Rule } from './host-table.ts'

/** A host that a tenant serves. Everything that is the same for each request of one Host header. */
export interface Found {
  readonly kind: 'found'
  /** Canonical host without a port. */
  readonly host: string
  readonly port: number | undefined
  /** Canonical `host[:port]`, as it is handed on. */
  readonly authority: string
  /** The rule that matched, and by it the tenant; a redirect where it is an alias. */
  readonly rule: Rule
  /** What the wildcard stood for, such as `blog` or `blog.eu`; empty for an exact host. */
  readonly subdomain: string
}

export type Lookup =
  | Found
  | { readonly kind: 'unknown'; readonly host: string }
  | { readonly kind: 'malformed' }

export interface DirectorySizes {
  readonly cacheSize: number
  readonly wildcardCacheSize: number
  readonly missCacheSize: number
}

/** Lookups since the directory was made. */
export interface DirectoryCounters {
  hits: number
  misses: number
}

const MALFORMED: Lookup = { kind: 'malformed' }
/** A longer Host header is not kept as a key. */
const MAX_KEY = 512

/**
 * Answers Host header → tenant: an immutable host table behind LRU caches keyed by the raw header.
 * What a stranger can invent (hosts that a wildcard matches, other spellings and ports of exact ones, unknown and
 * malformed ones) goes into caches of its own, so that a flood of it pushes no exact host out.
 */
export class Directory {
  readonly table: HostTable
  readonly counters: DirectoryCounters = { hits: 0, misses: 0 }
  readonly #exact: LRUCache<string, Lookup>
  readonly #wildcard: LRUCache<string, Lookup>
  readonly #missed: LRUCache<string, Lookup>

  constructor(table: HostTable, sizes: DirectorySizes) {
    this.table = table
    this.#exact = new LRUCache({ max: sizes.cacheSize })
    this.#wildcard = new LRUCache({ max: sizes.wildcardCacheSize })
    this.#missed = new LRUCache({ max: sizes.missCacheSize })
  }

  /** @param raw value of the Host header as it was received */
  lookup(raw: string): Lookup {
    const known = this.#exact.get(raw) ?? this.#wildcard.get(raw) ?? this.#missed.get(raw)
    if (known !== undefined) {
      this.counters.hits++
      return known
    }
    this.counters.misses++
    const lookup = this.lookupUncached(raw)
    if (raw.length <= MAX_KEY) this.#cacheFor(lookup, raw).set(raw, lookup)
    return lookup
  }

  /** The same answer from the table itself; the caches are not touched. */
  lookupUncached(raw: string): Lookup {
    const header = parseHostHeader(raw)
    if (header === undefined) return MALFORMED
    const { host, port } = header
    const match = this.table.find(host)
    if (match === undefined) return { kind: 'unknown', host }
    const { rule, subdomain } = match
    return {
      kind: 'found',
      host,
      port,
      authority: port === undefined ? host : `${host}:${port}`,
      rule,
      subdomain,
    }
  }

  #cacheFor(lookup: Lookup, raw: string): LRUCache<string, Lookup> {
    if (lookup.kind !== 'found') return this.#missed
    return lookup.rule.kind === 'exact' && raw === lookup.host ? this.#exact : this.#wildcard
  }
}
