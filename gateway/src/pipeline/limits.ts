import type { Limits as WholeLimits, Rate } from '../config/limits-schema.ts'
import { RequestError } from '../errors.ts'
import type { Tenant } from '../tenants/tenant.ts'
import { ClientCounts } from '../http/client-counts.ts'
import { Deadlines } from './deadlines.ts'
import { atEnd, type Exchange } from './exchange.ts'
import { hold, type Usage } from './held.ts'
import { Rates } from './rates.ts'
import { limitStreamedBody } from './sizes.ts'
import { SlowRefusals } from './slow-refusals.ts'

export interface LimitsParts {
  /** Read anew for each request, as a reload swaps them; those of a tenant come with it. */
  readonly whole: () => WholeLimits
  /** Whether an app takes an upgrade to this protocol; what it does not take is answered as any request. */
  readonly takes: (app: string, protocol: string) => boolean
  /** Apps may take as long as they like for an answer: a person may look at them in a debugger. */
  readonly isDevelopment: boolean
}

/** What is in flight, of each tenant and of all, and how fast clients ask. */
export class Limits {
  readonly #whole: LimitsParts['whole']
  readonly #takes: LimitsParts['takes']
  readonly #deadlines: Deadlines
  /** Of clients, and of each pair of a tenant and a client. */
  #rates: Rates
  #tenantRates: Rates
  readonly #refusals = new SlowRefusals()
  /** Of tenants that have something in flight. */
  readonly #usages = new Map<string, Usage>()
  readonly #all: Usage = { requests: 0, upgrades: 0 }
  readonly #byClient = new ClientCounts()

  constructor({ whole, takes, isDevelopment }: LimitsParts) {
    this.#whole = whole
    this.#takes = takes
    const { rateCacheSize } = whole()
    this.#rates = new Rates(rateCacheSize)
    this.#tenantRates = new Rates(rateCacheSize)
    this.#deadlines = new Deadlines(isDevelopment)
  }

  /** What is in flight now, of all tenants, how many tenants that is, and how many clients ask. */
  get inFlight(): Readonly<Usage> & { readonly tenants: number; readonly asking: number } {
    return { ...this.#all, tenants: this.#usages.size, asking: this.#byClient.size }
  }

  /**
   * Counts the request of its client, whomever it asks.
   * @returns whether it may go on; otherwise it is answered with 429
   */
  takeRate(exchange: Exchange): boolean {
    const { rate, rateCacheSize } = this.#whole()
    if (this.#rates.max !== rateCacheSize) {
      this.#rates = new Rates(rateCacheSize)
      this.#tenantRates = new Rates(rateCacheSize)
    }
    return rate === false || this.#takeOf(this.#rates, exchange.clientKey, rate, exchange)
  }

  /** Counts it of its client and its tenant. @returns as `takeRate` */
  takeTenantRate(exchange: Exchange): boolean {
    const tenant = exchange.found?.rule.tenant
    if (tenant === undefined) return false
    const { rate } = tenant.limits
    if (rate === false) return true
    return this.#takeOf(this.#tenantRates, `${tenant.id} ${exchange.clientKey}`, rate, exchange)
  }

  /**
   * Counts the exchange in until it ends, and watches its clock.
   * @returns whether it may go on; otherwise it is answered: 429 too many of its client at once, 503 of its tenant or of all
   */
  take(exchange: Exchange): boolean {
    const tenant = exchange.found?.rule.tenant
    if (tenant === undefined) return false
    const { id, limits } = tenant
    const whole = this.#whole()
    const client = clientOf(exchange)
    if (client !== undefined && this.#byClient.of(client) >= whole.requestsPerClient) {
      return this.#refuse(exchange, 'TOO_MANY_REQUESTS', 'requestsPerClient')
    }
    const kind = this.#kindOf(exchange, tenant)
    const used = this.#usages.get(id)?.[kind] ?? 0
    if (used >= limits[kind] || this.#all[kind] >= whole[kind]) {
      return this.#refuse(exchange, 'OVERLOADED', kind)
    }
    this.#hold(exchange, tenant, client, kind)
    return true
  }

  /** An exchange that was answered without taking a place: it takes one now, where the client has not taken the answer yet. */
  holdUnread(exchange: Exchange): void {
    const tenant = exchange.found?.rule.tenant
    if (tenant === undefined || exchange.res.closed) return
    this.#hold(exchange, tenant, clientOf(exchange), this.#kindOf(exchange, tenant))
  }

  #kindOf({ upgrade }: Exchange, { app }: Tenant): keyof Usage {
    return upgrade !== undefined && this.#takes(app, upgrade.protocol) ? 'upgrades' : 'requests'
  }

  #hold(exchange: Exchange, tenant: Tenant, client: string | undefined, kind: keyof Usage): void {
    const { id, limits } = tenant
    const usage = this.#usages.get(id) ?? { requests: 0, upgrades: 0 }
    this.#usages.set(id, usage)
    usage[kind]++
    this.#all[kind]++
    if (client !== undefined) this.#byClient.add(client)
    const held = hold(exchange, usage, limits)
    this.#deadlines.watch(held)
    atEnd(exchange, () => {
      this.#deadlines.forget(held)
      this.#all[kind]--
      usage[kind]--
      if (client !== undefined) this.#byClient.remove(client)
      if (usage.requests + usage.upgrades === 0) this.#usages.delete(id)
    })
    limitStreamedBody(exchange, limits)
  }

  #takeOf(rates: Rates, key: string, rate: Rate, exchange: Exchange): boolean {
    const wait = rates.take(key, rate)
    return wait === 0 || this.#refuse(exchange, 'TOO_MANY_REQUESTS', 'rate', wait)
  }

  /** @param retryAfter seconds */
  #refuse(
    exchange: Exchange,
    code: 'TOO_MANY_REQUESTS' | 'OVERLOADED',
    limit: string,
    retryAfter = 1,
  ): false {
    const status = code === 'OVERLOADED' ? 503 : 429
    this.#refusals.answer(exchange, new RequestError(code, status, { retryAfter, limit }))
    return false
  }

  close(): void {
    this.#deadlines.close()
  }
}

/** Many clients may come from a trusted proxy that names none. */
function clientOf({ client, clientKey, peer, trusted }: Exchange): string | undefined {
  return trusted && client === peer ? undefined : clientKey
}
