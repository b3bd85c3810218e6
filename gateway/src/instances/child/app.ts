import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { installContextStorage } from '../context-storage.ts'
import { gatherWrites } from '../gather.ts'
import { INTERNAL_ORIGIN, internalFetch } from '../internal-fetch.ts'
import { answering } from '../answering.ts'
import type { FromChild, StartMessage } from '../messages.ts'
import { builtConfig, STANDALONE_CONFIG } from '../built-config.ts'
import { keepMiddleware } from '../kept-middleware.ts'
import { answerUpgrade, nodeServerOf, type CreateNext, type NextApp } from '../next-app.ts'
import { originOf } from '../public-origin.ts'
import { assertConfApplied, offerConf } from './conf.ts'
import { runRequest } from './current-request.ts'
import { allowDevOrigin } from './dev-origin.ts'
import { reportRevalidations } from './report-revalidations.ts'
import { installRequestOrigin } from './request-origin.ts'

export interface RunningApp {
  readonly nextVersion: string
  close(): Promise<void>
}

/** Prepares the app and listens on its socket. */
export async function startApp(
  { dir, socketPath, next: options, port }: StartMessage,
  send: (message: FromChild) => void,
): Promise<RunningApp> {
  installContextStorage()
  const requireFromApp = createRequire(join(dir, 'package.json'))
  const server = createServer({ requireHostHeader: false, keepAliveTimeout: 0, requestTimeout: 0 })
  const { conf, httpServer: _, turbopack, hostname, ...rest } = options
  if (options.dev) offerConf(conf)
  else process.env[STANDALONE_CONFIG] = JSON.stringify(builtConfig(dir, conf))
  process.env['__NEXT_PRIVATE_ORIGIN'] = INTERNAL_ORIGIN
  globalThis.fetch = internalFetch(socketPath, globalThis.fetch)
  const bundler = options.dev ? (turbopack ? { turbopack: true } : { webpack: true }) : {}
  const createNext = requireFromApp('next') as CreateNext
  const nodeServer = nodeServerOf(requireFromApp)
  installRequestOrigin(requireFromApp, nodeServer)
  // In development Next.js keeps nothing that could be outdated.
  if (!options.dev) {
    reportRevalidations(nodeServer, send)
    keepMiddleware(nodeServer)
  }
  const app = createNext({
    ...rest,
    ...bundler,
    dir,
    hostname: hostname ?? 'localhost',
    port: options.port ?? port,
    httpServer: server,
  })
  await app.prepare()
  Reflect.deleteProperty(process.env, STANDALONE_CONFIG)
  if (options.dev) assertConfApplied(conf)
  server.on('request', (req, res) => {
    if (options.dev) allowDevOrigin(req)
    gatherWrites(res)
    const request = { origin: originOf(req, options), answering: answering(req, res) }
    runRequest(request, () => void app.requestHandler(req, res))
  })
  const upgraded = new Set<Socket>()
  server.on('upgrade', (req, socket: Socket, head) => {
    upgraded.add(socket)
    socket.once('close', () => upgraded.delete(socket))
    socket.on('error', () => socket.destroy())
    if (options.dev) allowDevOrigin(req)
    const request = { origin: originOf(req, options), answering: undefined }
    runRequest(request, () => void answerUpgrade(app, req, socket, head))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socketPath, resolve)
  })
  const { version } = requireFromApp('next/package.json') as { version: string }
  return { nextVersion: version, close: () => closeApp(app, server, upgraded) }
}

/** Requests in flight end, then work that follows them (`after()`), which `app.close()` waits for. */
async function closeApp(
  app: NextApp,
  server: Server,
  upgraded: ReadonlySet<Socket>,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  for (const socket of upgraded) socket.destroy()
  const idle = setInterval(() => server.closeIdleConnections(), 20)
  await closed
  clearInterval(idle)
  await app.close()
}
