import type { Limits as WholeLimits, Rate, TenantLimits } from '../config/limits-schema.ts'
import { RequestError } from '../errors.ts'
import { declaredLength, limitBody } from '../http/body-limit.ts'
import { answerError } from './answer-error.ts'
import { Deadlines } from './deadlines.ts'
import { atEnd, type Exchange } from './exchange.ts'
import { hold, type Usage } from './held.ts'
import { Rates } from './rates.ts'
import { SlowRefusals } from './slow-refusals.ts'

export interface LimitsParts {
  /** Read anew for each request, as a reload swaps them; those of a tenant come with it. */
  readonly whole: () => WholeLimits
  /** Apps may take as long as they like for an answer: a person may look at them in a debugger. */
  readonly isDevelopment: boolean
}

/** What is in flight, of each tenant and of all, and how fast clients ask. */
export class Limits {
  readonly #whole: LimitsParts['whole']
  readonly #deadlines: Deadlines
  /** Of clients, and of each pair of a tenant and a client. */
  #rates: Rates
  #tenantRates: Rates
  readonly #refusals = new SlowRefusals()
  /** Of tenants that have something in flight. */
  readonly #usages = new Map<string, Usage>()
  readonly #all: Usage = { requests: 0, upgrades: 0 }

  constructor({ whole, isDevelopment }: LimitsParts) {
    this.#whole = whole
    const { rateCacheSize } = whole()
    this.#rates = new Rates(rateCacheSize)
    this.#tenantRates = new Rates(rateCacheSize)
    this.#deadlines = new Deadlines(isDevelopment)
  }

  /** What is in flight now, of all tenants, and how many tenants that is. */
  get inFlight(): Readonly<Usage> & { readonly tenants: number } {
    return { ...this.#all, tenants: this.#usages.size }
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
   * @returns whether it may go on; otherwise it is answered with 503: too many at once
   * @throws {RequestError} 414, 431, 413 too large
   */
  take(exchange: Exchange): boolean {
    const tenant = exchange.found?.rule.tenant
    if (tenant === undefined) return false
    const { id, limits } = tenant
    checkSize(exchange, limits)
    const kind = exchange.upgrade === undefined ? 'requests' : 'upgrades'
    const usage = this.#usages.get(id) ?? { requests: 0, upgrades: 0 }
    if (usage[kind] >= limits[kind] || this.#all[kind] >= this.#whole()[kind]) {
      const error = new RequestError('OVERLOADED', 503, { retryAfter: 1, limit: kind })
      this.#refusals.answer(exchange, error)
      return false
    }
    this.#usages.set(id, usage)
    usage[kind]++
    this.#all[kind]++
    const held = hold(exchange, usage, limits)
    this.#deadlines.watch(held)
    atEnd(exchange, () => {
      this.#deadlines.forget(held)
      this.#all[kind]--
      usage[kind]--
      if (usage.requests + usage.upgrades === 0) this.#usages.delete(id)
    })
    limitStreamedBody(exchange, limits)
    return true
  }

  #takeOf(rates: Rates, key: string, rate: Rate, exchange: Exchange): boolean {
    const wait = rates.take(key, rate)
    if (wait === 0) return true
    const error = new RequestError('TOO_MANY_REQUESTS', 429, { retryAfter: wait, limit: 'rate' })
    this.#refusals.answer(exchange, error)
    return false
  }

  close(): void {
    this.#deadlines.close()
  }
}

function checkSize({ req }: Exchange, { url, headers, body }: TenantLimits): void {
  if ((req.url?.length ?? 0) > url) throw new RequestError('URL_TOO_LONG', 414, { limit: 'url' })
  if (req.rawHeaders.length > 2 * headers) {
    throw new RequestError('HEADERS_TOO_LARGE', 431, { limit: 'headers' })
  }
  if (declaredLength(req) > body || req.readableLength > body) throw bodyTooLarge()
}

function limitStreamedBody(exchange: Exchange, { body }: TenantLimits): void {
  if (exchange.req.headers['transfer-encoding'] === undefined) return
  limitBody(exchange.req, body, () => answerError(exchange, bodyTooLarge()))
}

function bodyTooLarge(): RequestError {
  return new RequestError('BODY_TOO_LARGE', 413, { close: true, limit: 'body' })
}
