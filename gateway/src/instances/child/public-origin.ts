import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage } from 'node:http'

/** What `request.url` says, outside the path. */
interface Origin {
  readonly hostname: string
  readonly port: number
}

type Require = NodeJS.Require

/**
 * Makes Next.js take the public origin of each request (`request.url`, `nextUrl`, redirects, rewrites) from the request's own
 * Host, as one app serves many hosts. Next reads it in two places: from the options that `router-server.initialize` keeps
 * (`server/lib/router-utils/resolve-routes.js`) and from `fetchHostname` and `port` of its node server (`server/next-server.js`).
 * @param fixed what config fixes for all requests
 */
export function installPublicOrigin(
  requireFromApp: Require,
  fixed: { readonly hostname: string | undefined; readonly port: number | undefined },
): { run<T>(req: IncomingMessage, work: () => T): T } {
  const current = new AsyncLocalStorage<Origin>()
  const hostname = (own: string | undefined): string | undefined =>
    fixed.hostname ?? current.getStore()?.hostname ?? own
  const port = (own: number | undefined): number | undefined =>
    fixed.port ?? current.getStore()?.port ?? own
  patchRouterServer(requireFromApp, hostname, port)
  patchNodeServer(requireFromApp, hostname, port)
  return { run: (req, work) => current.run(originOf(req), work) }
}

/** The gateway sets Host and `x-forwarded-proto` on every request. */
function originOf(req: IncomingMessage): Origin {
  const [, hostname = 'localhost', port] = /^(.*?)(?::(\d+))?$/.exec(req.headers.host ?? '') ?? []
  const isHttps = req.headers['x-forwarded-proto'] === 'https'
  return { hostname, port: port === undefined ? (isHttps ? 443 : 80) : Number(port) }
}

type Read<T> = (own: T | undefined) => T | undefined

function patchRouterServer(
  requireFromApp: Require,
  hostname: Read<string>,
  port: Read<number>,
): void {
  const path = requireFromApp.resolve('next/dist/server/lib/router-server')
  const original = requireFromApp(path) as { initialize(options: object): unknown }
  const loaded = requireFromApp.cache[path]
  if (loaded === undefined) throw new Error('Next.js router server is not in the module cache')
  loaded.exports = {
    ...original,
    initialize: (options: { hostname?: string; port?: number }) => {
      const own = { hostname: options.hostname, port: options.port }
      Object.defineProperties(options, {
        hostname: { get: () => hostname(own.hostname), enumerable: true, configurable: true },
        port: { get: () => port(own.port), enumerable: true, configurable: true },
      })
      return original.initialize(options)
    },
  }
}

function patchNodeServer(
  requireFromApp: Require,
  hostname: Read<string>,
  port: Read<number>,
): void {
  const { default: NodeServer } = requireFromApp('next/dist/server/next-server') as {
    default: { prototype: object }
  }
  Object.defineProperties(NodeServer.prototype, {
    fetchHostname: accessor('fetchHostname', hostname),
    port: accessor('port', port),
  })
}

function accessor<T>(
  name: string,
  read: Read<T>,
): PropertyDescriptor & ThisType<Record<symbol, T>> {
  const own = Symbol(name)
  return {
    get() {
      return read(this[own])
    },
    set(value: T) {
      this[own] = value
    },
    configurable: true,
  }
}
