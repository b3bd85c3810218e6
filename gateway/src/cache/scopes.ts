import { isDeepStrictEqual } from 'node:util'
import { isDevelopment, type AppConfig } from '../config/config.ts'
import type { Release } from '../config/release.ts'
import type { Site } from '../releases/site.ts'
import type { Tenant } from '../tenants/tenant.ts'
import { pathRules } from './path-rules.ts'
import { Scope, type CachedApp } from './scope.ts'
import { Shelf, type Total } from './store.ts'
import { TagIndex } from './tag-index.ts'

/** What runs, and what is wanted: they differ while an app is being replaced. */
export interface ServedApp {
  readonly config: AppConfig
  readonly served: AppConfig
}

export interface ScopesParts {
  app(id: string): ServedApp | undefined
  /** What the build says that an app serves. */
  site(release: Release | undefined): Site | undefined
  /** Whether the change of an app's config asks for other instances, so that answers may be others. */
  concernsInstances(before: AppConfig, after: AppConfig): boolean
}

interface Ids {
  has(id: string): boolean
}

/** The scope of each tenant. A new one is opened, and nothing of the old is served, when its app or its config is another. */
export class Scopes {
  /** Of what all of them store. */
  readonly total: Total = { bytes: 0 }
  readonly #parts: ScopesParts
  readonly #apps = new Map<string, CachedApp>()
  readonly #scopes = new Map<string, Scope>()

  constructor(parts: ScopesParts) {
    this.#parts = parts
  }

  /** @returns undefined where nothing may be stored for the tenant */
  open(tenant: Tenant): Scope | undefined {
    const app = this.#parts.app(tenant.app)
    const scope = this.#scopes.get(tenant.id)
    if (app === undefined) return undefined
    if (scope?.tenant === tenant && scope.app.served === app.served) return scope
    return this.#openScope(tenant, app, scope)
  }

  /** What there is of a tenant. */
  get(tenant: string): Scope | undefined {
    return this.#scopes.get(tenant)
  }

  app(id: string): CachedApp | undefined {
    return this.#apps.get(id)
  }

  shelves(): Shelf[] {
    return [...this.#scopes.values()].map(({ shelf }) => shelf)
  }

  /** Drops what belongs to tenants and apps that are no more. */
  keepOnly(tenants: Ids, apps: Ids): void {
    for (const [id, app] of this.#apps) {
      if (apps.has(id)) continue
      this.#closeAll(app)
      this.#apps.delete(id)
    }
    for (const [id, scope] of this.#scopes) if (!tenants.has(id)) this.#close(scope)
  }

  #closeAll({ scopes }: CachedApp): void {
    for (const scope of scopes) this.#close(scope)
  }

  /** What it holds, its release among it, is let go even if its tenant never asks for anything again. */
  #close(scope: Scope): void {
    scope.close()
    this.#scopes.delete(scope.tenant.id)
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
      this.#close(before)
    }
    if (!isOn) return undefined
    const maxBytes = tenant.cache.maxBytes ?? Infinity
    const shelf = new Shelf(maxBytes, this.total, (entry) => cached.tags.remove(entry))
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
      this.#closeAll(known)
    }
    const rules = pathRules(served, this.#parts.site(served.release))
    const app = { id: served.id, served, rules, tags: new TagIndex(), scopes: new Set<Scope>() }
    this.#apps.set(served.id, app)
    return app
  }
}

/** Whether the app is told the same of both. */
function isSameTenant(a: Tenant, b: Tenant): boolean {
  return a.app === b.app && a.propsHeader === b.propsHeader && isDeepStrictEqual(a.cache, b.cache)
}

function maxAgeOf({ cache }: AppConfig): number {
  return cache === false ? 0 : (cache.maxAge ?? Infinity)
}
