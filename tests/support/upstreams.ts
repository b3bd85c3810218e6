import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Server as TcpServer, Socket } from 'node:net'
import { createGateway, type Gateway, type GatewayOverrides } from '../../gateway/dist/gateway.js'
import type { TargetStatus } from '../../gateway/dist/instances/upstream/target.js'
import { freePort } from './free-port.ts'
import { createProject, type Project } from './project.ts'
import { recordLog } from './record-log.ts'
import type { LogLine } from './tenantry.ts'

/** A gateway whose one app, `api` on `acme.localhost`, is an upstream: real servers on free ports. */
export interface UpstreamGateway extends AsyncDisposable {
  readonly gateway: Gateway
  readonly port: number
  readonly servers: readonly TestServer[]
  readonly log: readonly LogLine[]
  readonly project: Project
  /** Waits until the log has a line that fits. */
  line(fits: (line: LogLine) => boolean): Promise<LogLine>
}

/** One target. */
export interface TestServer extends AsyncDisposable {
  readonly server: TcpServer
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  readonly port: number
  /** What it was asked: `METHOD url`, in order. */
  readonly seen: string[]
  /** Its open connections. */
  readonly sockets: ReadonlySet<Socket>
  close(): Promise<void>
}

export interface UpstreamOptions {
  /** Keys of `config/apps/api.json` beside `kind`; without `targets`, all servers. */
  readonly app?: object | ((urls: readonly string[]) => object)
  readonly gateway?: object
  readonly env?: Readonly<Record<string, string>>
  readonly files?: Readonly<Record<string, string | object>>
  readonly overrides?: GatewayOverrides
}

/** @param servers what each answers, or servers that listen already */
export async function startUpstreams(
  servers: readonly (RequestListener | TestServer)[],
  options: UpstreamOptions = {},
): Promise<UpstreamGateway> {
  const targets = await Promise.all(
    servers.map(async (one) => (typeof one === 'function' ? startServer(createServer(one)) : one)),
  )
  const urls = targets.map(({ url }) => url)
  const { app = {}, gateway = {}, env = {}, files = {}, overrides = {} } = options
  const recorded = recordLog()
  const log = recorded.lines
  const project = await createProject({
    'config/gateway.json': { appsRoot: '.', shutdownTimeout: '2s', ...gateway },
    'config/apps/api.json': appFile(urls, typeof app === 'function' ? app(urls) : app),
    'config/tenants/acme.json': { app: 'api', hosts: ['acme.localhost'] },
    ...files,
  })
  const running = await createGateway(
    {
      configDir: project.configDir,
      mode: 'production',
      logger: recorded.logger,
      env,
      host: '127.0.0.1',
      port: 0,
    },
    { watch: false, ...overrides },
  )
  await running.start()
  return {
    gateway: running,
    port: running.port,
    servers: targets,
    log,
    project,
    async line(fits) {
      for (;;) {
        const found = log.find(fits)
        if (found !== undefined) return found
        await recorded.next()
      }
    },
    async [Symbol.asyncDispose]() {
      await running.close()
      await Promise.all(targets.map((target) => target.close()))
      await project[Symbol.asyncDispose]()
    },
  }
}

/** How the targets of its app do. */
export function targetsOf({ gateway }: UpstreamGateway): readonly TargetStatus[] | undefined {
  return gateway.status().apps[0]?.instances[0]?.targets
}

export function appFile(urls: readonly string[], keys: object): object {
  return { kind: 'upstream', targets: urls, ...keys }
}

/** Listens on a free port, or on the one given. */
export async function startServer(
  server: TcpServer,
  { scheme = 'http', port = 0 }: { scheme?: 'http' | 'https'; port?: number } = {},
): Promise<TestServer> {
  const seen: string[] = []
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket)).on('error', () => {})
  })
  if ('keepAliveTimeout' in server) (server as Server).keepAliveTimeout = 0
  server.prependListener('request', ({ method, url }: IncomingMessage) => {
    seen.push(`${method} ${url}`)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as AddressInfo
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    if (!server.listening) return
    server.close()
    await once(server, 'close')
  }
  return {
    server,
    url: `${scheme}://127.0.0.1:${address.port}`,
    port: address.port,
    seen,
    sockets,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** A target on whose port nobody listens. */
export async function deadUrl(): Promise<string> {
  return `http://127.0.0.1:${await freePort()}`
}
