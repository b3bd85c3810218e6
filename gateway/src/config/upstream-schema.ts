import { z } from 'zod'
import { appCacheSchema } from './cache-options.ts'
import { durationSchema } from './duration.ts'

/** The least that a secret may hold, in characters. */
const MIN_SECRET = 32

const path = z
  .string()
  .regex(
    /^(?:\/[\w.~!$&'()*+,;=:@-]+)+$/,
    'write a path such as /api, which begins with / and does not end with it',
  )

const file = z.string().min(1)

const targetUrl = z
  .string('write the URL of a server')
  .describe('`http://host[:port]`, `https://host[:port]` or `unix:/path/of.sock`.')

const target = z.strictObject({
  url: targetUrl,
  weight: z
    .int()
    .min(1)
    .max(1000)
    .default(1)
    .describe('Share of the requests, beside the weights of the other targets.'),
})

/** `config/apps/<app>.yaml` with `kind: upstream`: servers that run elsewhere. */
export const upstreamSchema = z.strictObject({
  $schema: z.string().optional().describe('For editors only.'),
  kind: z.literal('upstream').describe('Served by servers that run elsewhere.'),
  targets: z
    .array(
      z.union([targetUrl, target], 'write a URL, or { url, weight }'),
      'write a list of the URLs of its servers',
    )
    .min(1, 'write at least one target')
    .max(256)
    .describe('The servers that answer, each as a URL or with a weight.'),
  balance: z
    .enum(['least', 'round-robin', 'sticky'])
    .default('least')
    .describe(
      'Which target a request goes to. `least`: the one with the fewest requests in flight; `round-robin`: each in its turn; `sticky`: the one that a visitor was sent to before, told by a signed cookie.',
    ),
  sticky: z
    .strictObject({
      cookie: z
        .string()
        .regex(/^[\w-]{1,64}$/, 'write letters, digits, hyphens and underscores, at most 64')
        .default('tenantry_target')
        .describe('Name of the cookie.'),
      secret: z
        .string()
        // The value is not shown.
        .refine(({ length }) => length >= MIN_SECRET, {
          error: `is too short: write ${MIN_SECRET} characters or more`,
        })
        .optional()
        .describe('Secret that signs it, the same on every gateway.'),
      secretEnv: z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'write letters, digits and underscores, no digit first')
        .optional()
        .describe("Variable of the gateway's own environment that holds the secret."),
    })
    .prefault({})
    .describe('The cookie of `balance: sticky`; it needs one of the secrets.'),
  host: z
    .enum(['keep', 'rewrite'])
    .default('keep')
    .describe(
      "Host header that the target gets. `keep`: the visitor's; `rewrite`: that of the target's URL. `x-forwarded-host` is the visitor's in both cases.",
    ),
  path: z
    .strictObject({
      strip: path
        .optional()
        .describe('Taken off the front of the path; another path is handed on as it is.'),
      add: path.optional().describe('Put in front of the path, then; `..` cannot lead out of it.'),
    })
    .prefault({})
    .describe('How the path of a request is changed on its way to the target.'),
  tls: z
    .strictObject({
      ca: file
        .optional()
        .describe(
          'PEM file of the authorities that a target’s certificate may come from, in place of those that Node.js knows.',
        ),
      cert: file.optional().describe('PEM file of the certificate that the gateway shows.'),
      key: file.optional().describe('PEM file of its private key.'),
      serverName: z
        .string()
        .min(1)
        .max(253)
        .optional()
        .describe(
          "Name that a target's certificate must be for, and that it is asked for. Default: the host of its URL.",
        ),
    })
    .prefault({})
    .describe(
      'For https targets; paths are relative to the project root. A certificate that does not fit is always refused.',
    ),
  timeouts: z
    .strictObject({
      connect: durationSchema
        .prefault('5s')
        .describe(
          'Time for a connection to stand, TLS included, then 504; also how long a request waits for a free one under maxConnections, then 503.',
        ),
      firstByte: durationSchema
        .prefault('60s')
        .describe(
          'Time from the end of the request to the head of the answer; then 504. The shorter of it and limits.responseTimeout decides, of a WebSocket webSockets.handshakeTimeout; either counts against the target.',
        ),
      idle: durationSchema
        .prefault('5m')
        .describe(
          'Time in which a target may take or send nothing of a body, and both sides of a WebSocket be silent; there, the shorter of it and limits.tunnelIdleTimeout decides.',
        ),
      total: durationSchema
        .optional()
        .describe('Time for a whole request, tries and body included. Default: no limit.'),
    })
    .prefault({})
    .describe('How long a target may take.'),
  maxConnections: z
    .int()
    .min(1)
    .max(65_535)
    .default(1024)
    .describe('Requests and WebSockets at once to one target; more wait.'),
  maxQueue: z
    .int()
    .min(0)
    .max(65_535)
    .default(1024)
    .describe('Requests that may wait for a free connection; more get 503.'),
  maxHeaderSize: z
    .int()
    .min(1024)
    .max(1_048_576)
    .default(65_536)
    .describe('Bytes of the head of an answer; a larger one is answered with 502.'),
  health: z
    .strictObject({
      path: z
        .string()
        .startsWith('/', 'write a path that begins with /')
        .optional()
        .describe(
          'Path that every target is asked for; a status from 200 to 399 says that it works. Default: none is asked.',
        ),
      host: z
        .string()
        .min(1)
        .max(259)
        .optional()
        .describe("Host header of that request. Default: the host of the target's URL."),
      interval: durationSchema.prefault('10s').describe('Time between two such requests.'),
      timeout: durationSchema.prefault('2s').describe('Time for an answer.'),
      healthyAfter: z
        .int()
        .min(1)
        .max(100)
        .default(2)
        .describe('Good answers in a row after which a target takes requests again.'),
      unhealthyAfter: z
        .int()
        .min(1)
        .max(100)
        .default(3)
        .describe('Bad or no answers in a row after which it takes none.'),
    })
    .prefault({})
    .describe('Targets are asked whether they work; the first answer decides alone.'),
  ejection: z
    .strictObject({
      after: z
        .int()
        .min(1)
        .max(1000)
        .default(5)
        .describe('Failed requests in a row (refused, reset, too slow) that eject a target.'),
      time: durationSchema
        .prefault('10s')
        .describe('How long it then gets no requests; doubled each time.'),
      maxTime: durationSchema.prefault('5m').describe('The longest of those times.'),
    })
    .prefault({})
    .describe('Targets that fail visitors are left out for a while, never the last one.'),
  breaker: z
    .strictObject({
      share: z
        .number()
        .min(0.01)
        .max(1)
        .default(0.5)
        .describe('Share of failed requests that opens the breaker of a target.'),
      minRequests: z
        .int()
        .min(1)
        .max(1_000_000)
        .default(20)
        .describe('Fewer requests within the window say nothing.'),
      window: durationSchema.prefault('10s').describe('Time over which they are counted.'),
      openFor: durationSchema
        .prefault('5s')
        .describe('How long the target is left alone; then one request tries it.'),
    })
    .prefault({})
    .describe(
      'A target whose requests mostly fail is left alone, also the last one: visitors get 503 at once.',
    ),
  retries: z
    .strictObject({
      attempts: z
        .int()
        .min(0)
        .max(5)
        .default(2)
        .describe(
          'How often a request is tried again, each time on another target; on the same one only where a kept connection was closed just as it was used, which is counted against no target.',
        ),
      budget: z
        .number()
        .min(0)
        .max(0.1)
        .default(0.1)
        .describe(
          'Share of the requests that may be; beside it 5, of which one comes back each second, so that few requests are helped as well. 0: none at all.',
        ),
    })
    .prefault({})
    .describe('For idempotent requests (RFC 9110 §9.2.2) of whose body nothing was sent.'),
  cache: appCacheSchema,
  compression: z
    .boolean()
    .default(false)
    .describe(
      'Whether the gateway compresses what the targets send uncompressed. What the cache asks for comes so, and is compressed in any case.',
    ),
  upgrades: z
    .array(
      z.string().regex(/^(?!h2c$)[a-z0-9][a-z0-9./_-]{0,63}$/, {
        error: 'write a protocol in lower case, such as websocket; h2c is never tunnelled',
      }),
    )
    .max(16)
    .default(['websocket'])
    .describe('Protocols that a client may change to; the connection is then a tunnel.'),
})

export type UpstreamFile = z.output<typeof upstreamSchema>
