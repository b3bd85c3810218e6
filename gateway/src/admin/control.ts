import { once } from 'node:events'
import { mkdir, unlink } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { CommandError } from '../errors.ts'
import type { ControlActions, GatewayStatus, PurgeRequest, Refusal } from './api.ts'
import { askGateway } from './client.ts'

/** What Linux takes, in bytes (`sun_path` of unix(7), without its end). */
const MAX_PATH = 107

/** The server of the control socket. Whoever may open the file may do all of it. */
export class Control {
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  /**
   * Listens on the socket with mode 0600; one that a dead gateway left behind is replaced.
   * @throws {CommandError} where another gateway answers on it, or it cannot be made
   */
  static async open(path: string, actions: ControlActions): Promise<Control> {
    if (Buffer.byteLength(path) > MAX_PATH) {
      throw new CommandError(
        `the path of the control socket has ${Buffer.byteLength(path)} bytes, and ${MAX_PATH} are possible: set control.socket to a shorter one (${path})`,
      )
    }
    const server = createServer((req, res) => {
      void answer(req, res, actions)
    })
    try {
      await mkdir(dirname(path), { recursive: true })
      await removeStale(path)
      await listen(server, path)
    } catch (error) {
      if (error instanceof CommandError) throw error
      const { message } = error as Error
      throw new CommandError(
        `cannot open the control socket: ${message}. Set control.socket to another path, or to false`,
        { cause: error },
      )
    }
    return new Control(server)
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }
}

/** Nobody else may open the socket, not even for a moment: bind(2) takes the mode from the umask. */
async function listen(server: Server, path: string): Promise<void> {
  const before = process.umask(0o177)
  try {
    server.listen(path)
  } finally {
    process.umask(before)
  }
  await once(server, 'listening')
}

async function removeStale(path: string): Promise<void> {
  if (!(await isAnswered(path))) {
    await unlink(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
    return
  }
  const status = await askGateway<GatewayStatus>(path, 'GET', '/v1/status').catch(() => undefined)
  const who =
    status === undefined
      ? 'Another gateway'
      : `Another gateway (process ${status.pid}, port ${status.port})`
  throw new CommandError(
    `${who} runs with this config: end it with \`tenantry stop\`, or set another control.socket (${path})`,
  )
}

async function isAnswered(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function answer(
  req: IncomingMessage,
  res: ServerResponse,
  actions: ControlActions,
): Promise<void> {
  const url = new URL(req.url ?? '/', 'http://control')
  try {
    const body = await route(`${req.method} ${url.pathname}`, url.searchParams, actions)
    if (body === undefined) refuse(res, 404, 'there is no such app or tenant, or no such path')
    else res.setHeader('content-type', 'application/json').end(JSON.stringify(body))
  } catch (error) {
    refuse(res, 500, error instanceof Error ? error.message : String(error))
  }
}

async function route(
  asked: string,
  parameters: URLSearchParams,
  actions: ControlActions,
): Promise<object | undefined> {
  const [, app = '', action] = /^POST \/v1\/apps\/([a-z0-9_-]+)\/(restart|stop)$/.exec(asked) ?? []
  if (action === 'restart') return actions.restart(app)
  if (action === 'stop') return actions.stop(app)
  const [, tenant] = /^POST \/v1\/tenants\/([a-z0-9_-]+)\/purge$/.exec(asked) ?? []
  const what = tenant === undefined ? undefined : readPurge(parameters)
  if (tenant !== undefined && what !== undefined) return actions.purge(tenant, what)
  if (asked === 'GET /v1/status') return actions.status()
  if (asked === 'POST /v1/reload') return actions.reload(parameters.has('dryRun'))
  if (asked !== 'POST /v1/stop') return undefined
  actions.close()
  return {}
}

function readPurge(parameters: URLSearchParams): PurgeRequest | undefined {
  const path = parameters.get('path')
  const tag = parameters.get('tag')
  if (path !== null) return { path }
  if (tag !== null) return { tag }
  return parameters.has('all') ? { all: true } : undefined
}

function refuse(res: ServerResponse, status: number, error: string): void {
  const body: Refusal = { error }
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
