import type { MatcherFunction } from 'expect'
import type { Config } from '../config/config.ts'
import { HostTable } from '../tenants/host-table.ts'
import { resolveUrl, type Resolution } from '../tenants/resolve.ts'

/** Whatever has a config: a `Config` itself, or a test gateway. */
export type Routed = Config | { readonly config: Config }

interface MatcherResult {
  readonly pass: boolean
  readonly message: () => string
}

const tables = new WeakMap<Config, HostTable>()

/** Where a URL goes under this config. @throws {TypeError} where the text is not a URL */
export function resolveIn(routed: Routed, url: string): Resolution {
  const config = 'config' in routed ? routed.config : routed
  let table = tables.get(config)
  if (table === undefined) {
    table = new HostTable(config.tenants, config.gateway.defaultTenant)
    tables.set(config, table)
  }
  const resolution = resolveUrl(url, table)
  if (resolution === undefined) throw new TypeError(`'${url}' is not a URL`)
  return resolution
}

/** `expect(config).toRoute('http://acme.localhost/x', 'acme')`: the tenant's app answers. */
function toRoute(routed: unknown, url: string, tenant: string): MatcherResult {
  const resolution = resolveIn(asRouted(routed), url)
  return result(
    resolution.status === 200 && resolution.tenant === tenant,
    url,
    `tenant '${tenant}'`,
    resolution,
  )
}

/** `expect(config).toRedirect('http://www.acme.com/x', 'http://acme.com/x', 308)`: the status may be left out. */
function toRedirect(
  routed: unknown,
  url: string,
  location: string,
  status?: number,
): MatcherResult {
  const resolution = resolveIn(asRouted(routed), url)
  const pass =
    resolution.location === location && (status === undefined || resolution.status === status)
  return result(pass, url, `a redirect to ${location}`, resolution)
}

/** `expect(config).toRefuse('http://unknown.example/', 404)`: the gateway itself answers. */
function toRefuse(routed: unknown, url: string, status: number): MatcherResult {
  const resolution = resolveIn(asRouted(routed), url)
  return result(resolution.status === status, url, `status ${status}`, resolution)
}

/** For `expect.extend(routingMatchers)`. */
export const routingMatchers: {
  toRoute: MatcherFunction<[url: string, tenant: string]>
  toRedirect: MatcherFunction<[url: string, location: string, status?: number]>
  toRefuse: MatcherFunction<[url: string, status: number]>
} = { toRoute, toRedirect, toRefuse }

function asRouted(actual: unknown): Routed {
  if (typeof actual === 'object' && actual !== null) {
    if ('tenants' in actual || 'config' in actual) return actual as Routed
  }
  throw new TypeError('expect() takes a config or a test gateway here')
}

function result(pass: boolean, url: string, wanted: string, got: Resolution): MatcherResult {
  return {
    pass,
    message: () => `${url} ${pass ? 'goes' : 'does not go'} to ${wanted}: ${describe(got)}`,
  }
}

function describe({ status, tenant, rule, location }: Resolution): string {
  if (location !== undefined) return `it is redirected with ${status} to ${location}`
  if (tenant === undefined) return `the gateway answers ${status}`
  return `rule '${rule}' gives it to tenant '${tenant}' with status ${status}`
}

declare module 'expect' {
  interface Matchers<R> {
    /** The tenant's app answers this URL. */
    toRoute(url: string, tenant: string): R
    /** The URL is redirected there. */
    toRedirect(url: string, location: string, status?: number): R
    /** The gateway itself answers this URL with this status. */
    toRefuse(url: string, status: number): R
  }
}
