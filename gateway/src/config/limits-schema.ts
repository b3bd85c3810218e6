import { z } from 'zod'
import { durationSchema } from './duration.ts'
import { sizeSchema } from './size.ts'

const count = z.int().min(1).max(10_000_000)

const rateSchema = z.union(
  [
    z.literal(false),
    z.strictObject({
      perSecond: z.int().min(1).max(1_000_000).describe('Requests a second, in the long run.'),
      burst: z
        .int()
        .min(1)
        .max(1_000_000)
        .optional()
        .describe('Requests that may come at once. Default: twice perSecond.'),
    }),
  ],
  'write { perSecond, burst }, or false',
)

/** What bounds the requests to one tenant: without defaults, as a tenant's file overrides them one by one. */
const fields = {
  rate: rateSchema.describe(
    'Requests of one client address (of IPv6, of one /64) to one tenant; more get 429. false: no limit.',
  ),
  requests: count.describe('Requests in flight at once; more get 503.'),
  upgrades: count.describe('Tunnels (WebSockets) at once; more get 503.'),
  body: sizeSchema.describe("Size of a request's body; more gets 413."),
  url: z
    .int()
    .min(64)
    .max(1_048_576)
    .describe("Bytes of a request's path and query; more get 414."),
  headers: z.int().min(8).max(500).describe('Header lines of a request; more get 431.'),
  bodyTimeout: durationSchema.describe("Time for the whole of a request's body; then 408."),
  bodyIdleTimeout: durationSchema.describe(
    'Time without a byte of a body that is awaited; then 408.',
  ),
  responseTimeout: z
    .union([z.literal(false), durationSchema])
    .describe(
      'Time for an app to begin its answer when it has the request; then 504. Not in development. false: no limit.',
    ),
  totalTimeout: z
    .union([z.literal(false), durationSchema])
    .describe(
      'Time for a request and its whole answer; then 504, or the connection is cut off. false: no limit.',
    ),
  stallTimeout: durationSchema.describe(
    'Time in which a client takes nothing of what is sent to it; then its connection is cut off.',
  ),
  tunnelIdleTimeout: z
    .union([z.literal(false), durationSchema])
    .describe('Time without a byte on a tunnel; then it is cut off. false: no limit.'),
}

/** `limits` of a tenant's file. */
export const tenantLimitsSchema = z.strictObject(fields).partial()

/** `limits` of `gateway.yaml`. */
export const limitsSchema = z.strictObject({
  rate: rateSchema
    .default({ perSecond: 2000, burst: 4000 })
    .describe(
      'Requests of one client address (of IPv6, of one /64), whomever it asks, also hosts that are unknown; more get 429. false: no limit.',
    ),
  connections: count
    .default(10_000)
    .describe('Connections of clients at once; more get 503 and are closed.'),
  connectionsPerClient: count
    .default(1000)
    .describe(
      'Connections of one client address (of IPv6, of one /64) at once; more get 429 and are closed. Trusted proxies are not counted.',
    ),
  requests: count
    .default(5000)
    .describe('Requests in flight at once, of all tenants; more get 503.'),
  requestsPerClient: count
    .default(250)
    .describe(
      'Requests and tunnels of one client address (of IPv6, of one /64) at once, whomever it asks; more get 429. A trusted proxy that names no client is not counted.',
    ),
  upgrades: count
    .default(5000)
    .describe('Tunnels (WebSockets) at once, of all tenants; more get 503.'),
  rateCacheSize: count
    .default(50_000)
    .describe(
      'Client addresses whose rate is remembered, and as many pairs of an address and a tenant.',
    ),
  tenant: z
    .strictObject({
      rate: fields.rate.default({ perSecond: 1000, burst: 2000 }),
      requests: fields.requests.default(1000),
      upgrades: fields.upgrades.default(1000),
      body: fields.body.prefault('100mb'),
      url: fields.url.default(8192),
      headers: fields.headers.default(100),
      bodyTimeout: fields.bodyTimeout.prefault('5m'),
      bodyIdleTimeout: fields.bodyIdleTimeout.prefault('30s'),
      responseTimeout: fields.responseTimeout.prefault('60s'),
      totalTimeout: fields.totalTimeout.prefault(false),
      stallTimeout: fields.stallTimeout.prefault('30s'),
      tunnelIdleTimeout: fields.tunnelIdleTimeout.prefault('1h'),
    })
    .prefault({})
    .describe('Limits of every tenant; its own file may set others.'),
})

/** Limits of the whole, and `tenant`: those of a tenant that sets none. */
export type Limits = z.output<typeof limitsSchema>
/** Limits of one tenant; times in milliseconds, sizes in bytes. */
export type TenantLimits = Limits['tenant']
export type Rate = Exclude<Limits['rate'], false>
/** What a tenant's file sets. */
export type OwnLimits = Partial<TenantLimits>

export const DEFAULT_LIMITS: Limits = limitsSchema.parse({})
