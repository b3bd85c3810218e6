import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { hello, refuse, reply } from './replies.ts'

/** A request as the app behind the gateway got it. */
export interface Seen {
  readonly id: string
  readonly method: string
  readonly target: string
  readonly host: string
  readonly tenant: string
  body: string
  /** Its end came, too. */
  complete: boolean
  trailers: readonly string[]
}

/** The app behind the gateway: it writes down all that it gets, and answers in all sorts of ways. */
export interface FuzzedApp extends AsyncDisposable {
  /** By the address of the client, in order. */
  readonly seen: ReadonlyMap<string, readonly Seen[]>
  /** Writes down what an app elsewhere got. */
  note(client: string, request: Seen): void
  /** What the gateway sent that is no HTTP. */
  readonly unreadable: readonly string[]
}

/** Listens on a Unix socket. */
export async function startApp(path: string): Promise<FuzzedApp> {
  const seen = new Map<string, Seen[]>()
  const unreadable: string[] = []
  const server = createServer({ keepAliveTimeout: 0, maxHeaderSize: 65_536 }, (req, res) => {
    noteOwn(req, res)
    reply(req, res)
  })
  function noteOwn(req: IncomingMessage, res?: ServerResponse): void {
    const request = read(req)
    note(String(req.headers['x-forwarded-for']), request)
    res?.setHeader('x-answer', request.id)
  }
  function note(client: string, request: Seen): void {
    const before = seen.get(client)
    // What the gateway asks a second time, as the first connection was gone, is one request.
    const known = before?.findIndex(({ id }) => id === request.id) ?? -1
    if (before === undefined) seen.set(client, [request])
    else if (known === -1) before.push(request)
    else before[known] = request
  }
  server.on('upgrade', (req, socket: Socket) => {
    noteOwn(req)
    socket.on('error', () => {})
    if (Number(/b=(\d+)/.exec(req.url ?? '')?.[1] ?? 0) < 10) hello(req, socket)
    else refuse(req, socket)
  })
  server.on('clientError', (error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket) => {
    // The end of a connection in the middle of a request is how the gateway tells that the client left.
    if (error.code?.startsWith('HPE_') && error.code !== 'HPE_INVALID_EOF_STATE') {
      unreadable.push(`${error.code} ${JSON.stringify(error.rawPacket?.toString('latin1'))}`)
    }
    socket.destroy()
  })
  server.listen(path)
  await once(server, 'listening')
  return {
    seen,
    note,
    unreadable,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function read(req: IncomingMessage): Seen {
  const { headers } = req
  const request: Seen = {
    id: String(headers['x-request-id']),
    method: req.method ?? '',
    target: req.url ?? '',
    host: String(headers['host']),
    tenant: String(headers['x-tenant-id']),
    body: '',
    complete: false,
    trailers: [],
  }
  req.on('error', () => {})
  req.setEncoding('latin1').on('data', (text) => (request.body += String(text)))
  req.once('end', () => {
    request.complete = req.complete
    request.trailers = Object.keys(req.trailers)
  })
  return request
}
