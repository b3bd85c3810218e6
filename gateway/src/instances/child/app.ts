import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { StartMessage } from '../messages.ts'
import { assertConfApplied, offerConf } from './conf.ts'
import { allowDevOrigin } from './dev-origin.ts'
import { routeInternalFetch } from './internal-fetch.ts'
import { installPublicOrigin } from './public-origin.ts'

/** The parts of `next()`'s server that are used; the last two are untyped in Next.js (`server/next.js:303`). */
interface NextApp {
  prepare(): Promise<void>
  close(): Promise<void>
  readonly requestHandler: (req: IncomingMessage, res: ServerResponse) => Promise<void>
  readonly upgradeHandler: (req: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>
}

export interface RunningApp {
  readonly nextVersion: string
  close(): Promise<void>
}

/** Prepares the app and listens on its socket. */
export async function startApp({
  dir,
  socketPath,
  next: options,
  port,
}: StartMessage): Promise<RunningApp> {
  const requireFromApp = createRequire(join(dir, 'package.json'))
  const server = createServer({ requireHostHeader: false, keepAliveTimeout: 0, requestTimeout: 0 })
  const { conf, httpServer: _, turbopack, hostname, ...rest } = options
  offerConf(conf)
  routeInternalFetch(socketPath)
  const bundler = options.dev ? (turbopack ? { turbopack: true } : { webpack: true }) : {}
  const createNext = requireFromApp('next') as (options: object) => NextApp
  const origin = installPublicOrigin(requireFromApp, { hostname, port: options.port })
  const app = createNext({
    ...rest,
    ...bundler,
    dir,
    hostname: hostname ?? 'localhost',
    port: options.port ?? port,
    httpServer: server,
  })
  await app.prepare()
  assertConfApplied(conf)
  server.on('request', (req, res) => {
    if (options.dev) allowDevOrigin(req)
    origin.run(req, () => void app.requestHandler(req, res))
  })
  const upgraded = takeUpgrades(server, (req, socket, head) => {
    if (options.dev) allowDevOrigin(req)
    return origin.run(req, () => app.upgradeHandler(req, socket, head))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socketPath, resolve)
  })
  const { version } = requireFromApp('next/package.json') as { version: string }
  return { nextVersion: version, close: () => closeApp(app, server, upgraded) }
}

/** Next.js never answers an upgrade that nothing in it takes: those get 404. */
function takeUpgrades(
  server: Server,
  take: (req: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>,
): ReadonlySet<Duplex> {
  const upgraded = new Set<Duplex>()
  server.on('upgrade', (req, socket: Socket, head) => {
    upgraded.add(socket)
    socket.once('close', () => upgraded.delete(socket))
    socket.on('error', () => socket.destroy())
    take(req, socket, head)
      .catch((error: unknown) => console.error(error))
      .finally(() => {
        if (socket.bytesWritten > 0 || socket.destroyed) return
        socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
      })
  })
  return upgraded
}

/** Requests in flight end, then work that follows them (`after()`), which `app.close()` waits for. */
async function closeApp(
  app: NextApp,
  server: Server,
  upgraded: ReadonlySet<Duplex>,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  for (const socket of upgraded) socket.destroy()
  const idle = setInterval(() => server.closeIdleConnections(), 20)
  await closed
  clearInterval(idle)
  await app.close()
}
