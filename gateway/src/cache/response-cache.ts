import type { IncomingHttpHeaders } from 'node:http'
import type { CacheOptions } from '../config/cache-options.ts'
import type { Tenant } from '../tenants/tenant.ts'
import { Collected } from './collected.ts'
import type { Entry, Representation } from './entry.ts'
import { plainPath } from './key.ts'
import { pathOf } from '../http/target.ts'
import { Passes } from './passes.ts'
import type { Scope } from './scope.ts'
import { Scopes, type ScopesParts } from './scopes.ts'
import { shrinkFairly, type Shelf } from './store.ts'

export interface ResponseCacheParts extends ScopesParts {
  /** Read anew each time, as a reload swaps them. */
  options(): CacheOptions | false
  /** Told once, when so much was stored (`MUCH`) that what it leaves behind counts. */
  readonly isUsed?: (() => void) | undefined
}

/** Bytes of bodies, dropped ones included. */
const MUCH = 8_388_608

/** What a purge takes away; all of it where it names nothing. */
export interface Purge {
  readonly tags?: readonly string[]
  readonly paths?: readonly string[]
  /** What is being fetched is newer than what goes. */
  readonly isRenewal?: boolean
}

/** Free room that is made at once, as a share of all, so that not every new entry looks at all tenants. */
const SLACK = 1 / 64

/** Answers of apps that may be given to many (RFC 9111), for each tenant apart. */
export class ResponseCache {
  readonly #parts: ResponseCacheParts
  readonly #scopes: Scopes
  readonly #passes = new Passes()
  readonly #collected = new Collected()
  /** Bytes of all bodies that were stored so far. */
  #stored = 0

  constructor(parts: ResponseCacheParts) {
    this.#parts = parts
    this.#scopes = new Scopes(parts)
  }

  get options(): CacheOptions | false {
    return this.#parts.options()
  }

  /** Of what is stored, codings included. */
  get bytes(): number {
    return this.#scopes.total.bytes
  }

  /** What is stored for a tenant; undefined where nothing may be. */
  scope(tenant: Tenant): Scope | undefined {
    return this.options === false ? undefined : this.#scopes.open(tenant)
  }

  /** Whether the key had no shareable answer a moment ago. */
  passes(scope: Scope, key: string): boolean {
    return this.#passes.has(scope.tenant.id, key)
  }

  pass(scope: Scope, key: string, hasFailed: boolean): void {
    this.#passes.add(scope.tenant.id, key, hasFailed)
  }

  /** Whether one more answer may be fetched for which no client waits. */
  hasRoomInBackground(scope: Scope): boolean {
    const options = this.#parts.options()
    return options !== false && scope.inBackground < options.maxBackground
  }

  /** Notes that so many bytes more are held of an answer on its way. @returns whether there is room for them */
  collect(scope: Scope, bytes: number): boolean {
    const options = this.#parts.options()
    return options !== false && this.#collected.add(scope, bytes, options.maxBytes)
  }

  /** They are no longer held. */
  release(scope: Scope, bytes: number): void {
    this.#collected.remove(scope, bytes)
  }

  /** @param asked headers of the request, as the app got them */
  store(scope: Scope, key: Key, asked: IncomingHttpHeaders, entry: Entry): void {
    const options = this.#parts.options()
    if (options === false || scope.isClosed || entry.identity.body.length > options.maxEntryBytes)
      return
    const { vary, target } = key
    const limits = { vary, maxVariants: options.maxVariants }
    const path = plainPath(pathOf(target), scope.app.rules?.names)
    scope.shelf.put(key.key, path, asked, entry, limits)
    scope.app.tags.add(entry)
    this.#fit(scope.shelf, options)
    this.#count(entry.identity)
  }

  /** Keeps another coding of an entry. */
  storeCoding(entry: Entry, coded: Representation): void {
    const options = this.#parts.options()
    const shelf = entry.resource?.shelf
    entry.coded.set(coded.coding, coded)
    if (options === false || shelf === undefined) return
    shelf.grow(entry, coded)
    this.#fit(shelf, options)
    this.#count(coded)
  }

  /**
   * Drops what an app has revalidated, and lets nothing be stored that was asked for before. Of the entries whose tags are not
   * known, all go. Synchronous: what is asked for after it returns is asked of the app.
   * @returns how many entries went
   */
  purge(app: string, what: Purge): number {
    const cached = this.#scopes.app(app)
    if (cached === undefined) return 0
    if (what.isRenewal !== true) for (const scope of cached.scopes) scope.abandonFills()
    if (what.tags === undefined && what.paths === undefined) return removeAll(cached.scopes)
    const tagged = what.tags === undefined ? [] : cached.tags.find(what.tags)
    return removeEntries([...tagged, ...entriesAt(cached.scopes, what.paths)])
  }

  /** The same for one tenant, as an operator asks for it. */
  purgeTenant(tenant: string, what: Purge): number {
    const scope = this.#scopes.get(tenant)
    if (scope === undefined) return 0
    scope.abandonFills()
    if (what.tags === undefined && what.paths === undefined) return scope.shelf.clear()
    const tagged = what.tags === undefined ? [] : [...scope.app.tags.find(what.tags)]
    const own = tagged.filter(({ resource }) => resource?.shelf === scope.shelf)
    return removeEntries([...own, ...entriesAt([scope], what.paths)])
  }

  /** Drops what belongs to tenants and apps that are no more. */
  keepOnly(...ids: Parameters<Scopes['keepOnly']>): void {
    this.#scopes.keepOnly(...ids)
  }

  #count({ body }: Representation): void {
    const before = this.#stored
    this.#stored += body.length
    if (before < MUCH && this.#stored >= MUCH) this.#parts.isUsed?.()
  }

  #fit(shelf: Shelf, options: CacheOptions): void {
    if (shelf.bytes > shelf.maxBytes) shelf.shrink(shelf.maxBytes)
    if (this.#scopes.total.bytes <= options.maxBytes) return
    shrinkFairly(this.#scopes.shelves(), options.maxBytes * (1 - SLACK))
  }
}

/** Where an answer is stored. */
export interface Key {
  readonly key: string
  /** Path and query, as the app was asked for them. */
  readonly target: string
  readonly vary: readonly string[]
}

function entriesAt(scopes: Iterable<Scope>, paths: readonly string[] = []): Entry[] {
  if (paths.length === 0) return []
  return [...scopes].flatMap(({ shelf, app }) => {
    const wanted = new Set(paths.map((path) => plainPath(path, app.rules?.names)))
    return shelf.entries().filter(({ resource }) => wanted.has(resource?.path ?? ''))
  })
}

function removeEntries(entries: readonly Entry[]): number {
  const stored = new Set(entries.filter(({ resource }) => resource !== undefined))
  for (const entry of stored) entry.resource?.shelf.remove(entry)
  return stored.size
}

function removeAll(scopes: Iterable<Scope>): number {
  let count = 0
  for (const { shelf } of scopes) count += shelf.clear()
  return count
}
