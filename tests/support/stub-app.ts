import { createServer, type RequestListener, type Server } from 'node:http'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGateway, type Gateway } from '../../gateway/dist/gateway.js'
import { ConnectionPool } from '../../gateway/dist/instances/forward/connection-pool.js'
import { forwardRequest } from '../../gateway/dist/instances/forward/request.js'
import { forwardUpgrade } from '../../gateway/dist/instances/forward/upgrade.js'
import type { Instance } from '../../gateway/dist/instances/instance.js'
import { createProject, type Project } from './project.ts'
import { recordLog } from './record-log.ts'
import type { LogLine } from './tenantry.ts'

/** A gateway whose one app is a plain HTTP server on a Unix socket, reached as a child's is. */
export interface StubbedGateway extends AsyncDisposable {
  readonly gateway: Gateway
  readonly port: number
  /** The server that stands for the app. */
  readonly app: Server
  /** What the app was asked: `METHOD url`, in order. */
  readonly seen: string[]
  readonly log: LogLine[]
  readonly project: Project
  /** Waits until the app has had the event, `count` times where it is given. */
  event(name: string, app: string, fits?: (line: LogLine) => boolean, count?: number): Promise<void>
}

export interface StubOptions {
  /** Content of `config/gateway.json`. */
  readonly gateway?: object
  /** More files of the project. */
  readonly files?: Readonly<Record<string, string | object>>
  /** Stands in for the instances that are started. @param n which start of the app it is, from 1 */
  readonly instance?: (
    n: number,
    stub: Instance,
    signal: AbortSignal,
  ) => Instance | Promise<Instance>
}

let runtime: 'process' | 'shared' | 'upstream' = 'process'

/** From now on, stubbed apps of this file are upstreams instead: what holds for a child holds for them. */
export function stubUpstreams(): void {
  runtime = 'upstream'
}

/** From now on, they get the gateway's own request and response, as apps of the shared runtime do. */
export function stubShared(): void {
  runtime = 'shared'
}

/** Whether stubbed apps are reached over connections of the gateway's own. */
export function isForwarded(): boolean {
  return runtime !== 'shared'
}

/** Tenant `acme` on `acme.localhost` and `*.acme.test`, alias `www.acme.test`; tenant `globex` on `globex.localhost`. */
export async function startStubbed(
  handler: RequestListener,
  options: StubOptions = {},
): Promise<StubbedGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'tenantry-stub-'))
  const seen: string[] = []
  const recorded = recordLog()
  const log = recorded.lines
  const app = createServer({ keepAliveTimeout: 0 }, (req, res) => {
    seen.push(`${req.method} ${req.url}`)
    handler(req, res)
  })
  const socketPath = join(folder, 'app.sock')
  app.listen(socketPath)
  await once(app, 'listening')
  const isUpstream = runtime === 'upstream'
  const upstream = { kind: 'upstream', targets: [`unix:${socketPath}`] }
  const project = await stubProject(
    isUpstream
      ? { ...options, files: { 'config/apps/acme.json': upstream, ...options.files } }
      : options,
  )
  const connections = new ConnectionPool({ endpoint: { socketPath } })
  const gateway = await createGateway(
    {
      configDir: project.configDir,
      mode: 'production',
      logger: recorded.logger,
      env: {},
      host: '127.0.0.1',
      port: 0,
    },
    isUpstream
      ? {}
      : {
          startInstance: async (config, n, signal) => {
            const name = `${config.id}#${n}`
            const stub = isForwarded()
              ? stubInstance(name, socketPath, connections)
              : sharedInstance(name, app)
            return options.instance?.(n, stub, signal) ?? stub
          },
        },
  )
  await gateway.start()
  return {
    gateway,
    port: gateway.port,
    app,
    seen,
    log,
    project,
    async event(name, of, fits = () => true, count = 1) {
      const isIt = (line: LogLine): boolean =>
        line['event'] === name && line['app'] === of && fits(line)
      while (log.filter(isIt).length < count) await recorded.next()
    },
    async [Symbol.asyncDispose]() {
      await gateway.close()
      connections.destroy()
      app.closeAllConnections()
      app.close()
      await project[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function stubProject({ gateway, files }: StubOptions): Promise<Project> {
  return createProject({
    'apps/acme/package.json': {},
    'apps/acme/app/page.js': '',
    'config/gateway.json': { shutdownTimeout: '2s', ...gateway },
    'config/tenants/acme.json': {
      hosts: [
        'acme.localhost',
        '*.acme.test',
        { host: 'www.acme.test', redirectTo: 'acme.localhost' },
      ],
      props: { name: 'Acme' },
    },
    'config/tenants/globex.json': { app: 'acme', hosts: ['globex.localhost'] },
    ...files,
  })
}

function stubInstance(name: string, socketPath: string, connections: ConnectionPool): Instance {
  return {
    name,
    ended: new Promise(() => {}),
    handle: (req, res, context) => forwardRequest(req, res, { socketPath, connections }, context),
    upgrade: (req, socket, head, context) =>
      forwardUpgrade(req, socket, head, { socketPath, connections }, context),
    probe: () => Promise.resolve(200),
    close: () => Promise.resolve(),
  }
}

/** Hands over what the gateway itself has, as `instances/shared/shared-instance.ts` does. */
function sharedInstance(name: string, app: Server): Instance {
  return {
    name,
    ended: new Promise(() => {}),
    handle(req, res, { id }) {
      res.setHeader('x-request-id', id)
      app.emit('request', req, res)
    },
    upgrade: (req, socket, head) => void app.emit('upgrade', req, socket, head),
    probe: () => Promise.resolve(200),
    close: () => Promise.resolve(),
  }
}
