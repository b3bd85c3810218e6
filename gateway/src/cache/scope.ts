import type { IncomingHttpHeaders } from 'node:http'
import type { AppConfig } from '../config/config.ts'
import type { Tenant } from '../tenants/tenant.ts'
import type { Entry } from './entry.ts'
import type { PathRules } from './path-rules.ts'
import type { Resource, Shelf } from './store.ts'
import type { TagIndex } from './tag-index.ts'
import { variantKey } from './vary.ts'

/** An app as the cache knows it: what runs, and what is stored of it. */
export interface CachedApp {
  readonly id: string
  /** The config that what is stored was rendered with; its release is part of it. */
  served: AppConfig
  readonly rules: PathRules | undefined
  readonly tags: TagIndex
  readonly scopes: Set<Scope>
}

/** An answer that is being fetched for many. */
export interface InFlight {
  /** Something has changed at the app since it was asked: the answer must not be stored. */
  isVoid: boolean
}

/** What is stored for a tenant, of one release of its app. */
export class Scope {
  tenant: Tenant
  readonly app: CachedApp
  readonly shelf: Shelf
  /** By key; several where the answers depend on fields of the request. */
  readonly inFlight = new Map<string, InFlight[]>()
  /** Of those, and of those that nobody may join any more, how many are fetched though no client waits for them. */
  inBackground = 0
  /** Bytes that are held of answers on their way (`Collected`). */
  collected = 0
  isClosed = false
  /** Milliseconds: no answer is used for longer. */
  maxAge = Infinity

  constructor(tenant: Tenant, app: CachedApp, shelf: Shelf) {
    this.tenant = tenant
    this.app = app
    this.shelf = shelf
    app.scopes.add(this)
  }

  /** The entry for a request, fresh or not. */
  find(key: string, headers: IncomingHttpHeaders): Entry | undefined {
    const resource = this.shelf.find(key)
    const entry = resource && chooseVariant(resource, headers)
    return entry?.isCookieless === true && headers.cookie !== undefined ? undefined : entry
  }

  /** Notes what is being fetched, so that others may join it. */
  begin(key: string, fill: InFlight): void {
    const known = this.inFlight.get(key)
    if (known === undefined) this.inFlight.set(key, [fill])
    else known.push(fill)
  }

  /** Nobody may join it any more. */
  finish(key: string, fill: InFlight): void {
    const left = this.inFlight.get(key)?.filter((each) => each !== fill) ?? []
    if (left.length === 0) this.inFlight.delete(key)
    else this.inFlight.set(key, left)
  }

  /** Nobody may join what is being fetched, and none of it is stored. */
  abandonFills(): void {
    for (const fills of this.inFlight.values()) for (const fill of fills) fill.isVoid = true
    this.inFlight.clear()
  }

  /** What a successful request with an unsafe method has changed (RFC 9111 §4.4). */
  invalidate(keys: readonly string[]): void {
    for (const key of keys) {
      this.shelf.removeResource(key)
      for (const fill of this.inFlight.get(key) ?? []) fill.isVoid = true
      this.inFlight.delete(key)
    }
  }

  /** @returns how many entries went */
  close(): number {
    this.isClosed = true
    this.app.scopes.delete(this)
    this.abandonFills()
    return this.shelf.clear()
  }
}

function chooseVariant(
  { vary, variants }: Resource,
  headers: IncomingHttpHeaders,
): Entry | undefined {
  return variants.get(variantKey(vary, headers))
}
