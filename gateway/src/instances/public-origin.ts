import type { IncomingMessage } from 'node:http'

/** What `request.url` says, outside of the path. */
export interface Origin {
  readonly hostname: string
  readonly port: number
}

/** What config fixes for all requests of an app. */
export interface FixedOrigin {
  readonly hostname?: string | undefined
  readonly port?: number | undefined
}

/** The origin of the request that is being answered now. */
export type ReadOrigin = () => FixedOrigin | undefined

/** The origin that a request names: the gateway sets Host and `x-forwarded-proto` on every one. */
export function originOf(req: IncomingMessage, fixed: FixedOrigin): Origin {
  const [, hostname = 'localhost', port] = /^(.*?)(?::(\d+))?$/.exec(req.headers.host ?? '') ?? []
  const isHttps = req.headers['x-forwarded-proto'] === 'https'
  const asked = port === undefined ? (isHttps ? 443 : 80) : Number(port)
  return { hostname: fixed.hostname ?? hostname, port: fixed.port ?? asked }
}

interface RouterOptions {
  readonly hostname?: string
  readonly port?: number
}

/**
 * Next.js takes the public origin (`request.url`, `nextUrl`, redirects, rewrites) from two places: here from the options that
 * `router-server.initialize` keeps (`server/lib/router-utils/resolve-routes.js`).
 * @returns the module's exports with an origin of each request's own
 */
export function keyRouterServer(
  original: Readonly<Record<string, unknown>>,
  read: ReadOrigin,
): Record<string, unknown> {
  const initialize = original['initialize'] as (options: RouterOptions) => unknown
  return {
    ...original,
    initialize: (options: RouterOptions) => {
      const { hostname, port } = options
      Object.defineProperties(options, {
        hostname: { get: () => read()?.hostname ?? hostname, enumerable: true, configurable: true },
        port: { get: () => read()?.port ?? port, enumerable: true, configurable: true },
      })
      return initialize(options)
    },
  }
}

/** And from `fetchHostname` and `port` of its node server (`server/next-server.js`). */
export function keyNodeServer(NodeServer: { readonly prototype: object }, read: ReadOrigin): void {
  Object.defineProperties(NodeServer.prototype, {
    fetchHostname: accessor('fetchHostname', () => read()?.hostname),
    port: accessor('port', () => read()?.port),
  })
}

function accessor<T>(
  name: string,
  read: () => T | undefined,
): PropertyDescriptor & ThisType<Record<symbol, T>> {
  const own = Symbol(name)
  return {
    get() {
      return read() ?? this[own]
    },
    set(value: T) {
      this[own] = value
    },
    configurable: true,
  }
}
