import { z } from 'zod'
import { appCacheSchema, gatewayCacheSchema, tenantCacheSchema } from './cache-options.ts'
import { answerHeadersSchema } from './answer-headers.ts'
import { gatewayCompressionSchema, gatewayFilesSchema } from './compression-options.ts'
import { durationSchema } from './duration.ts'
import { limitsSchema, tenantLimitsSchema } from './limits-schema.ts'
import { isNetwork } from './network.ts'
import { confSchema } from './next-conf.ts'
import { upstreamSchema } from './upstream-schema.ts'
import { originSchema } from './web-origins.ts'

const ID = /^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/

/** The id of a tenant or of an app: also its file's name, a log field and a header value. */
export const idSchema: z.ZodString = z
  .string()
  .regex(ID, 'write lower-case letters, digits, hyphens and underscores, at most 63')

const megabytes = z.int().min(64).max(1_048_576)
const port = z.int().min(0).max(65_535)

/** `config/gateway.yaml`: the gateway itself. Every key has a default. */
export const gatewaySchema = z.strictObject({
  $schema: z.string().optional().describe('For editors only.'),
  listen: z
    .strictObject({
      host: z.string().min(1).optional().describe('Address to listen on. Default: every address.'),
      port: port.default(3000).describe('Port to listen on; 0 takes a free one.'),
      headersTimeout: durationSchema
        .prefault('10s')
        .describe('Time for a client to send the whole head of a request.'),
      keepAliveTimeout: durationSchema
        .prefault('65s')
        .describe('Time that an idle client connection is kept open.'),
      maxHeaderSize: z
        .int()
        .min(1024)
        .max(1_048_576)
        .default(16_384)
        .describe(
          'Bytes of the head of a request; more is answered with 431, or with 414 where its target alone is longer.',
        ),
      proxyProtocol: z
        .boolean()
        .default(false)
        .describe(
          'true: every connection comes from one of `trustedProxies` and begins with a PROXY protocol header, version 1 or 2. Others are closed.',
        ),
    })
    .prefault({})
    .describe('Where the gateway listens.'),
  appsRoot: z
    .string()
    .min(1)
    .default('apps')
    .describe("Folder that every app's real path must lie in, relative to the project root."),
  defaultTenant: idSchema
    .optional()
    .describe('Tenant that answers hosts that no rule matches. Default: such a host gets 404.'),
  trustedProxies: z
    .array(
      z.string().refine(isNetwork, {
        error:
          'is neither an address nor a range: write it as 10.0.0.1, 10.0.0.0/8 or 2001:db8::/32',
      }),
    )
    .default([])
    .describe(
      'Addresses and CIDR ranges of proxies that are believed: who asks, in x-forwarded-for or else forwarded, x-forwarded-proto and x-request-id.',
    ),
  headers: answerHeadersSchema
    .default({})
    .describe(
      'Headers that answers of apps get (name: value) or lose (name: null, such as `x-powered-by: null`), for all tenants. They win over those of the app.',
    ),
  webSockets: z
    .strictObject({
      handshakeTimeout: durationSchema
        .prefault('30s')
        .describe('Time for an app to answer a WebSocket handshake; then the client gets 504.'),
    })
    .prefault({})
    .describe('WebSockets.'),
  directory: z
    .strictObject({
      cacheSize: z.int().min(1).default(50_000).describe('Exact hosts kept in the lookup cache.'),
      wildcardCacheSize: z
        .int()
        .min(1)
        .default(10_000)
        .describe(
          'Hosts kept that a wildcard or the default tenant answered, and exact ones in other spellings or with a port.',
        ),
      missCacheSize: z
        .int()
        .min(1)
        .default(5_000)
        .describe('Unknown and malformed hosts kept; apart, so that a flood evicts no tenant.'),
    })
    .prefault({})
    .describe('Sizes of the host lookup caches, in entries.'),
  limits: limitsSchema
    .prefault({})
    .describe('What clients may take, of the whole gateway and of each tenant.'),
  instances: z
    .strictObject({
      startTimeout: durationSchema
        .prefault('60s')
        .describe('Time for an app to start; a request that waits longer gets 504.'),
      restartDelay: durationSchema
        .prefault('250ms')
        .describe('Wait before the first restart of an app that died; doubled at each failure.'),
      maxRestartDelay: durationSchema.prefault('30s').describe('Longest wait between restarts.'),
      maxQueue: z
        .int()
        .min(1)
        .default(1000)
        .describe('Requests that may wait for one starting app; more get 503.'),
      unresponsiveAfter: durationSchema
        .prefault('30s')
        .describe(
          'Time after which a child process whose event loop does not turn is ended and started again; not in development.',
        ),
      drainTimeout: durationSchema
        .prefault('30s')
        .describe(
          'Time for requests, streams and sockets of an instance that was replaced or stopped to end.',
        ),
      maxFailures: z
        .int()
        .min(1)
        .default(5)
        .describe(
          'Failures in a row after which an app counts as broken: it is tried again only every maxRestartDelay.',
        ),
      maxRunning: z
        .int()
        .min(1)
        .optional()
        .describe(
          'Apps that may run at once; for another one, the app that has been idle longest is stopped. Default: all of them.',
        ),
    })
    .prefault({})
    .describe('How app instances are started.'),
  cache: gatewayCacheSchema,
  releases: z
    .strictObject({
      keep: z
        .int()
        .min(2)
        .max(100)
        .default(5)
        .describe(
          'Releases of an app that are kept; visitors who loaded a page of one still get its assets.',
        ),
    })
    .prefault({})
    .describe('Published builds of apps.'),
  files: gatewayFilesSchema,
  compression: gatewayCompressionSchema,
  control: z
    .strictObject({
      socket: z
        .union([z.string().min(1), z.literal(false)])
        .default('.tenantry/gateway.sock')
        .describe(
          'Unix socket over which the commands reach the running gateway, relative to the project root. false: none.',
        ),
    })
    .prefault({})
    .describe('How the commands reach the running gateway.'),
  shutdownTimeout: durationSchema
    .prefault('10s')
    .describe('Time for requests in flight to end at shutdown.'),
  log: z
    .strictObject({
      level: z
        .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
        .default('info')
        .describe('Least severe level that is written.'),
      format: z
        .enum(['auto', 'json', 'pretty'])
        .default('auto')
        .describe('auto: readable under `tenantry dev`, JSON otherwise.'),
    })
    .prefault({})
    .describe('Logging.'),
})

const hostString = z
  .string('write a host')
  .describe('`acme.example.com`, `*.example.com` (one label) or `**.example.com` (one or more).')

const hostRedirect = z.strictObject({
  host: hostString.describe('Host that redirects; may be a wildcard.'),
  redirectTo: z
    .string('write one of the exact hosts of this tenant')
    .describe('One of the exact hosts of this tenant.'),
  status: z
    .union([z.literal(301), z.literal(302), z.literal(307), z.literal(308)])
    .default(308)
    .describe('Status of the redirect.'),
})

/** The most bytes that a tenant's props take as JSON. */
export const MAX_PROPS_BYTES = 4096

/** `config/tenants/<tenant>.yaml`: one tenant; the file's name is its id. */
export const tenantSchema = z.strictObject({
  $schema: z.string().optional().describe('For editors only.'),
  hosts: z
    .array(
      z.union([hostString, hostRedirect], 'write a host, or a redirect as { host, redirectTo }'),
      'write a list of hosts',
    )
    .min(1, 'write at least one host')
    .describe('Hosts that this tenant answers. The first exact one is its canonical host.'),
  app: idSchema.optional().describe("App that serves this tenant. Default: the tenant's id."),
  props: z
    .record(z.string(), z.json())
    .default({})
    .describe('Public JSON handed to the app (`getTenant().props`), at most 4 KiB.'),
  suspended: z
    .union([
      z.boolean(),
      z.strictObject({
        status: z
          .union([z.literal(404), z.literal(503)])
          .default(404)
          .describe('Status of every answer.'),
      }),
    ])
    .default(false)
    .describe('true: answer every request with 404. Or name the status: 404 or 503.'),
  cache: tenantCacheSchema,
  headers: answerHeadersSchema
    .default({})
    .describe('Headers of answers, as in gateway.yaml; these win over those.'),
  webSockets: z
    .strictObject({
      origins: z
        .array(originSchema)
        .default([])
        .describe(
          'Origins of pages, beside those of its own hosts, whose WebSockets are taken; `*`: of every page.',
        ),
    })
    .prefault({})
    .describe('WebSockets.'),
  limits: tenantLimitsSchema
    .prefault({})
    .describe('Limits of this tenant. Default of each: limits.tenant of the gateway.'),
})

/** The keys of `next`: the options of `next()`, except `dir`, which is the app's own. */
const nextOptionsSchema = z.strictObject({
  conf: confSchema.optional().describe("Overrides of the app's next.config that act at run time."),
  dev: z
    .boolean()
    .optional()
    .describe('Run in development mode. Default: true under `tenantry dev`.'),
  quiet: z
    .boolean()
    .default(false)
    .describe("Drop Next's own error lines from the log in production."),
  hostname: z
    .string()
    .min(1)
    .optional()
    .describe("Fixed host name of `request.url`. Default: the request's own host."),
  port: port
    .min(1)
    .optional()
    .describe("Fixed port of `request.url`. Default: the request's own port."),
  httpServer: z
    .literal('own')
    .default('own')
    .describe('Each app is given a server of its own; nothing else is possible.'),
  turbopack: z
    .boolean()
    .default(true)
    .describe('false: use webpack in development instead of Turbopack.'),
})

/** `config/apps/<app>.yaml` of a Next.js project. */
const nextSchema = z.strictObject({
  $schema: z.string().optional().describe('For editors only.'),
  kind: z
    .literal('next')
    .optional()
    .default('next')
    .describe('Served by a Next.js project; `upstream`: by servers that run elsewhere.'),
  dir: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Folder of the Next.js project, relative to the project root. Default: `apps/<app>`.',
    ),
  runtime: z
    .enum(['process', 'shared'])
    .default('process')
    .describe(
      'How instances run. `process`: a child process of its own; `shared`: in the process of the gateway, in a compartment, with less memory and weaker walls.',
    ),
  env: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'write letters, digits and underscores, no digit first'),
      z.string(),
    )
    .default({})
    .describe('Environment variables of this app alone; they win over envFile and .env files.'),
  envFile: z
    .union([z.string().min(1), z.array(z.string().min(1))])
    .optional()
    .describe('Files of variables (`.env` syntax), relative to the project root; later ones win.'),
  instances: z
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe(
      'Child processes that run this app, under `runtime: process`; a request goes to the one with the fewest in flight. In development always one.',
    ),
  start: z
    .enum(['eager', 'lazy'])
    .default('eager')
    .describe(
      'When the app starts. `eager`: with the gateway; `lazy`: at its first request. In development always `lazy`.',
    ),
  idle: z
    .strictObject({
      stopAfter: durationSchema
        .optional()
        .describe(
          'Time without a request, stream or socket after which the app is stopped; the next request starts it. Default: never.',
        ),
    })
    .prefault({})
    .describe('What happens to an app that nobody asks.'),
  memory: z
    .strictObject({
      maxHeap: megabytes
        .optional()
        .describe(
          'Megabytes of JavaScript heap; an app that needs more is ended and started again. Default: what Node.js takes.',
        ),
      maxRss: megabytes
        .optional()
        .describe(
          'Megabytes of resident memory; an app that has more is replaced, without losing a request. Default: no limit.',
        ),
    })
    .prefault({})
    .describe('Memory of each instance, under `runtime: process`.'),
  health: z
    .strictObject({
      path: z
        .union([z.string().startsWith('/', 'write a path that begins with /'), z.literal(false)])
        .default('/')
        .describe(
          'Path that a new instance must answer with a status below 500 before it replaces one that serves. false: it need only have started.',
        ),
      timeout: durationSchema.prefault('10s').describe('Time for that answer.'),
    })
    .prefault({})
    .describe('When a new instance may take over.'),
  cache: appCacheSchema,
  acceptAdvisories: z
    .array(
      z
        .string()
        .regex(
          /^GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}$/,
          'write the id of an advisory, as GHSA-xxxx-xxxx-xxxx',
        ),
    )
    .default([])
    .describe(
      'Ids of security advisories of Next.js for which this app is started all the same; without it a vulnerable version is refused. Development (`next.dev`) only warns.',
    ),
  compression: z
    .boolean()
    .default(true)
    .describe(
      'Whether answers of this app are compressed, in production; `compress: false` in its next.config says the same.',
    ),
  next: nextOptionsSchema.prefault({}).describe('Options of `next()`.'),
})

/** `config/apps/<app>.yaml`: options of one app; the file's name is its id. */
export const appSchema = z.discriminatedUnion(
  'kind',
  [nextSchema, upstreamSchema],
  'write next or upstream',
)

export type GatewayFile = z.output<typeof gatewaySchema>
export type TenantFile = z.output<typeof tenantSchema>
export type AppFile = z.output<typeof appSchema>
export type NextFile = z.output<typeof nextSchema>
