import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { GatewayResponse } from '../http/gateway-response.ts'
import { requireProxyProtocol } from './proxy-protocol.ts'

export interface ListenOptions {
  readonly host?: string | undefined
  readonly port: number
  /** Milliseconds. */
  readonly headersTimeout: number
  readonly keepAliveTimeout: number
  /** Bytes. */
  readonly maxHeaderSize: number
  /** Connections come from trusted peers, and each begins with a header of the PROXY protocol. */
  readonly proxyProtocol: boolean
}

export interface ListenerHandlers {
  request(req: IncomingMessage, res: ServerResponse): void
  upgrade(req: IncomingMessage, socket: Socket, head: Buffer): void
  /** What to write on a socket whose request could not be parsed. */
  malformed(error: NodeJS.ErrnoException): string
  /** What to write in answer to CONNECT. */
  connect(): string
  /** Whether a peer is a trusted proxy. */
  trusts(address: string | undefined): boolean
  /** Told why a connection was closed that should have begun with a header of the PROXY protocol. */
  refused(peer: string | undefined, reason: string): void
}

/** Milliseconds for a client to send a whole request, as in Node.js; not less than what its head may take. */
const BODY_TIMEOUT = 300_000

/** A client that sends more requests than this ahead of their answers is cut off. */
const MAX_PIPELINED = 100

/** The server that clients reach, and its open connections. */
export class Listener {
  readonly #server: Server
  readonly #options: ListenOptions
  readonly #upgraded = new Set<Duplex>()
  /** How many pipelined requests of a connection wait for their turn. */
  readonly #waiting = new WeakMap<Socket, number>()
  #inFlight = 0
  #draining = false
  #onIdle: (() => void) | undefined
  /** Closes connections that have not said yet for whom they speak. */
  readonly #closeAwaited: (() => void) | undefined

  constructor(options: ListenOptions, handlers: ListenerHandlers) {
    this.#options = options
    this.#server = createServer({
      ServerResponse: GatewayResponse,
      requireHostHeader: false,
      insecureHTTPParser: false,
      maxHeaderSize: options.maxHeaderSize,
      headersTimeout: options.headersTimeout,
      requestTimeout: Math.max(options.headersTimeout, BODY_TIMEOUT),
      keepAliveTimeout: options.keepAliveTimeout,
      connectionsCheckingInterval: Math.min(options.headersTimeout, 5000),
    })
    if (options.proxyProtocol) {
      this.#closeAwaited = requireProxyProtocol(this.#server, {
        trusts: (address) => handlers.trusts(address),
        timeout: options.headersTimeout,
        refused: (peer, reason) => handlers.refused(peer, reason),
      })
    }
    this.#server.on('request', (req, res) =>
      this.#inTurn(req.socket, res, () => {
        this.#count(res)
        handlers.request(req, res)
      }),
    )
    this.#server.on('upgrade', (req, socket, head) => {
      if (pendingAnswer(socket) !== undefined) {
        socket.destroy()
        return
      }
      this.#upgraded.add(socket)
      socket.once('close', () => this.#upgraded.delete(socket))
      handlers.upgrade(req, socket as Socket, head)
    })
    this.#server.on('connect', (_req, socket) => {
      if (pendingAnswer(socket) === undefined) endWith(socket, handlers.connect())
      else socket.destroy()
    })
    this.#server.on('clientError', (error, socket) => {
      // As Node's own handler does: bytes in the middle of another answer would corrupt it.
      const answer = pendingAnswer(socket)
      if (socket.writable && answer?.headersSent !== true)
        endWith(socket, handlers.malformed(error))
      else socket.destroy()
    })
  }

  /** @returns the address, with the port that was taken where 0 was asked for */
  async listen(): Promise<AddressInfo> {
    const { host, port } = this.#options
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ port, host }, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
    return this.#server.address() as AddressInfo
  }

  /**
   * Takes no new connections, lets requests in flight end, then closes what is left.
   * Tunnels (WebSockets) have no end of their own: they are closed when the requests are done.
   * @param timeout milliseconds after which requests are cut off
   */
  async drain(timeout: number): Promise<void> {
    if (this.#draining) return
    this.#draining = true
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#closeAwaited?.()
    await this.#idle(timeout)
    this.#server.closeAllConnections()
    for (const socket of this.#upgraded) socket.destroy()
    await closed
  }

  /**
   * Serves pipelined requests one after the other (RFC 9112 §9.3.2). What comes behind an answer that closes
   * the connection is never served (§9.6), nor what still waits when the client leaves.
   */
  #inTurn(socket: Socket, res: ServerResponse, serve: () => void): void {
    if (!socket.writable) return
    if (res.socket !== null) {
      serve()
      return
    }
    const waiting = this.#waiting.get(socket) ?? 0
    if (waiting === MAX_PIPELINED) {
      socket.destroy()
      return
    }
    this.#waiting.set(socket, waiting + 1)
    res.once('socket', () => {
      this.#waiting.set(socket, (this.#waiting.get(socket) ?? 1) - 1)
      serve()
    })
  }

  #count(res: ServerResponse): void {
    this.#inFlight++
    if (this.#draining) res.shouldKeepAlive = false
    res.once('close', () => {
      this.#inFlight--
      if (this.#inFlight === 0) this.#onIdle?.()
    })
  }

  async #idle(timeout: number): Promise<void> {
    if (this.#inFlight === 0) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeout)
      this.#onIdle = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

/** The answer that the socket is still busy with. */
function pendingAnswer(socket: Duplex): ServerResponse | undefined {
  return (socket as { _httpMessage?: ServerResponse | null })._httpMessage ?? undefined
}

function endWith(socket: Duplex, answer: string): void {
  socket.on('error', () => socket.destroy())
  socket.end(answer)
}
