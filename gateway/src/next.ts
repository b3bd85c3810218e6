import { headers as requestHeaders } from 'next/headers.js'

/** JSON, as a tenant's `props` hold it. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json }

/** The tenant that the current request is for. */
export interface Tenant<Props = Readonly<Record<string, Json>>> {
  readonly id: string
  /** Canonical host that the visitor asked for, without a port. */
  readonly host: string
  /** The labels that the wildcard of the matching rule stood for, such as `['blog']`; empty for an exact host. */
  readonly subdomain: readonly string[]
  /** The public props of the tenant's config. */
  readonly props: Props
}

type HeaderSource =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | string[] | undefined>>

/**
 * The tenant of the current request, for Server Components, route handlers and server actions.
 * A page that calls it is rendered for each request.
 * @throws {Error} where the request did not come through the gateway
 */
export async function getTenant<Props = Tenant['props']>(): Promise<Tenant<Props>> {
  return tenantFromHeaders<Props>(await requestHeaders())
}

/**
 * The tenant of a request whose headers are at hand: `request.headers` in `proxy.ts`,
 * `context.req.headers` in `getServerSideProps`, `req.headers` in a Pages Router API route.
 * @throws {Error} where the request did not come through the gateway
 */
export function tenantFromHeaders<Props = Tenant['props']>(headers: HeaderSource): Tenant<Props> {
  const read = headerReader(headers)
  const id = read('x-tenant-id')
  const host = read('x-tenant-host')
  if (id === undefined || host === undefined) {
    throw new Error(
      'This request names no tenant: it did not come through the Tenantry gateway. Start the app with `tenantry dev` or `tenantry start`.',
    )
  }
  const subdomain = read('x-tenant-subdomain')
  return {
    id,
    host,
    subdomain: subdomain === undefined ? [] : subdomain.split('.'),
    props: JSON.parse(read('x-tenant-props') ?? '{}') as Props,
  }
}

function headerReader(headers: HeaderSource): (name: string) => string | undefined {
  if (typeof headers.get === 'function') {
    const source = headers as { get(name: string): string | null }
    return (name) => source.get(name) ?? undefined
  }
  const record = headers as Readonly<Record<string, string | string[] | undefined>>
  return (name) => {
    const value = record[name]
    return typeof value === 'string' ? value : undefined
  }
}
