import type { IncomingHttpHeaders } from 'node:http'
import { isDeepStrictEqual } from 'node:util'
import { LRUCache } from 'lru-cache'
import { isDevelopment, type AppConfig } from '../config/config.ts'
import type { CacheOptions } from '../config/cache-options.ts'
import type { Release } from '../config/release.ts'
import type { Site } from '../releases/site.ts'
import type { Tenant } from '../tenants/tenant.ts'
import type { Entry, Representation } from './entry.ts'
import { plainPath } from './key.ts'
import { pathOf } from '../http/target.ts'
import { pathRules } from './path-rules.ts'
import { Scope, type CachedApp } from './scope.ts'
import { Shelf, shrinkFairly, type Total } from './store.ts'
import { TagIndex } from './tag-index.ts'

/** What runs, and what is wanted: they differ while an app is being replaced. */
export interface ServedApp {
  readonly config: AppConfig
  readonly served: AppConfig
}

export interface ResponseCacheParts {
  app(id: string): ServedApp | undefined
  /** What the build says that an app serves. */
  site(release: Release | undefined): Site | undefined
  /** Whether the change of an app's config asks for other instances, so that answers may be others. */
  concernsInstances(before: AppConfig, after: AppConfig): boolean
  /** Read anew each time, as a reload swaps them. */
  options(): CacheOptions | false
}

/** What a purge takes away; all of it where it names nothing. */
export interface Purge {
  readonly tags?: readonly string[]
  readonly paths?: readonly string[]
  /** What is being fetched is newer than what goes. */
  readonly isRenewal?: boolean
}

/** How long a key is known to have no shareable answer, in milliseconds. */
const PASS_TIME = 10_000
/** The same where the app could not answer. */
const FAILED_TIME = 1000
const PASS_BYTES = 4_194_304
/** Free room that is made at once, as a share of all, so that not every new entry looks at all tenants. */
const SLACK = 1 / 64

/** Answers of apps that may be given to many (RFC 9111), for each tenant apart. */
export class ResponseCache {
  readonly #parts: ResponseCacheParts
  readonly #apps = new Map<string, CachedApp>()
  readonly #scopes = new Map<string, Scope>()
  readonly #total: Total = { bytes: 0 }
  readonly #passes: LRUCache<string, number>

  constructor(parts: ResponseCacheParts) {
    this.#parts = parts
    this.#passes = new LRUCache({
      maxSize: PASS_BYTES,
      sizeCalculation: (_, key) => 200 + key.length,
    })
  }

  get options(): CacheOptions | false {
    return this.#parts.options()
  }

  /** Of what is stored, codings included. */
  get bytes(): number {
    return this.#total.bytes
  }

  /** What is stored for a tenant; undefined where nothing may be. */
  scope(tenant: Tenant): Scope | undefined {
    const app = this.#parts.app(tenant.app)
    const scope = this.#scopes.get(tenant.id)
    if (app === undefined || this.#parts.options() === false) return undefined
    if (scope?.tenant === tenant && scope.app.served === app.served) return scope
    return this.#openScope(tenant, app, scope)
  }

  /** Whether the key had no shareable answer a moment ago. */
  passes(scope: Scope, key: string): boolean {
    const until = this.#passes.get(`${scope.tenant.id} ${key}`)
    return until !== undefined && until > performance.now()
  }

  pass(scope: Scope, key: string, hasFailed: boolean): void {
    const time = hasFailed ? FAILED_TIME : PASS_TIME
    this.#passes.set(`${scope.tenant.id} ${key}`, performance.now() + time)
  }

  /** @param asked headers of the request, as the app got them */
  store(scope: Scope, key: Key, asked: IncomingHttpHeaders, entry: Entry): void {
    const options = this.#parts.options()
    if (options === false || scope.isClosed || entry.identity.body.length > options.maxEntryBytes)
      return
    const { vary, target } = key
    const limits = { vary, maxVariants: options.maxVariants }
    scope.shelf.put(key.key, plainPath(pathOf(target)), asked, entry, limits)
    scope.app.tags.add(entry)
    this.#fit(scope.shelf, options)
  }

  /** Keeps another coding of an entry. */
  storeCoding(entry: Entry, coded: Representation): void {
    const options = this.#parts.options()
    const shelf = entry.resource?.shelf
    entry.coded.set(coded.coding, coded)
    if (options === false || shelf === undefined) return
    shelf.grow(entry, coded)
    this.#fit(shelf, options)
  }

  /**
   * Drops what an app has revalidated, and lets nothing be stored that was asked for before. Of the entries whose tags are not
   * known, all go. Synchronous: what is asked for after it returns is asked of the app.
   * @returns how many entries went
   */
  purge(app: string, what: Purge): number {
    const cached = this.#apps.get(app)
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

  /** Drops what belongs to tenants that are no more. */
  keepOnly(tenants: ReadonlyMap<string, Tenant>): void {
    for (const [id, scope] of this.#scopes) {
      if (tenants.has(id)) continue
      scope.close()
      this.#scopes.delete(id)
    }
  }

  #openScope(tenant: Tenant, app: ServedApp, before: Scope | undefined): Scope | undefined {
    const cached = this.#openApp(app)
    const isOn = app.config.cache !== false && tenant.cache !== false && !isDevelopment(app.served)
    if (before !== undefined) {
      const isSame = before.app === cached && isSameTenant(before.tenant, tenant)
      if (isSame && isOn && !before.isClosed) {
        before.tenant = tenant
        before.maxAge = maxAgeOf(app.config)
        return before
      }
      before.close()
      this.#scopes.delete(tenant.id)
    }
    if (!isOn) return undefined
    const maxBytes = tenant.cache.maxBytes ?? Infinity
    const shelf = new Shelf(maxBytes, this.#total, (entry) => cached.tags.remove(entry))
    const scope = new Scope(tenant, cached, shelf)
    scope.maxAge = maxAgeOf(app.config)
    this.#scopes.set(tenant.id, scope)
    return scope
  }

  /** Another release, or other settings of the same one: nothing of the old is served any more. */
  #openApp({ served }: ServedApp): CachedApp {
    const known = this.#apps.get(served.id)
    if (known !== undefined) {
      if (known.served === served) return known
      if (!this.#parts.concernsInstances(known.served, served)) {
        known.served = served
        return known
      }
      for (const scope of known.scopes) scope.close()
    }
    const rules = pathRules(served, this.#parts.site(served.release))
    const app = { id: served.id, served, rules, tags: new TagIndex(), scopes: new Set<Scope>() }
    this.#apps.set(served.id, app)
    return app
  }

  #fit(shelf: Shelf, options: CacheOptions): void {
    if (shelf.bytes > shelf.maxBytes) shelf.shrink(shelf.maxBytes)
    if (this.#total.bytes <= options.maxBytes) return
    const shelves = [...this.#scopes.values()].map((scope) => scope.shelf)
    shrinkFairly(shelves, options.maxBytes * (1 - SLACK))
  }
}

/** Where an answer is stored. */
export interface Key {
  readonly key: string
  /** Path and query, as the app was asked for them. */
  readonly target: string
  readonly vary: readonly string[]
}

/** Whether the app is told the same of both. */
function isSameTenant(a: Tenant, b: Tenant): boolean {
  return a.app === b.app && a.propsHeader === b.propsHeader && isDeepStrictEqual(a.cache, b.cache)
}

function maxAgeOf({ cache }: AppConfig): number {
  return cache === false ? 0 : (cache.maxAge ?? Infinity)
}

function entriesAt(scopes: Iterable<Scope>, paths: readonly string[] = []): Entry[] {
  if (paths.length === 0) return []
  const wanted = new Set(paths.map((path) => plainPath(path)))
  return [...scopes].flatMap(({ shelf }) =>
    shelf.entries().filter(({ resource }) => wanted.has(resource?.path ?? '')),
  )
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
