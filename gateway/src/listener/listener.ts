import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { endLingering } from '../http/linger.ts'
import { Answer, pendingAnswer } from '../http/answer.ts'
import { Received } from '../http/received.ts'
import type { TrustCheck } from '../http/trust.ts'
import { Connections, type ConnectionLimits } from './connections.ts'
import { openLane } from './lane.ts'
import { Pipelined } from './pipelined.ts'
import { expectProxyProtocol } from './proxy-protocol.ts'

export interface ListenOptions {
  readonly host?: string | undefined
  readonly port: number
  /** Milliseconds. */
  readonly headersTimeout: number
  readonly keepAliveTimeout: number
  /** Bytes. */
  readonly maxHeaderSize: number
  /** Trusted proxies connect, and say by a PROXY protocol header for whom. */
  readonly proxyProtocol: boolean
  /** Read anew for each connection. */
  readonly limits: () => ConnectionLimits
  /** Whether an address is one of a trusted proxy, from where many clients come. */
  readonly isProxy: TrustCheck
}

export interface ListenerHandlers {
  request(req: Received, res: Answer): void
  upgrade(req: Received, socket: Socket, head: Buffer): void
  /** What to write on a socket whose request could not be parsed. */
  malformed(error: NodeJS.ErrnoException): string
  /** What to write in answer to CONNECT. */
  connect(): string
  /** What to write on a connection beyond a limit. */
  refused(limit: keyof ConnectionLimits): string
  /** A connection was closed, as its PROXY protocol header was not right. */
  readonly unproxied: (peer: string, reason: string) => void
}

/**
 * Milliseconds that an idle connection is kept longer than its client is told: a request that is sent just
 * before that time would otherwise meet a closed connection, and be lost. Node.js 24.6 does so by itself.
 */
const KEEP_ALIVE_MARGIN = 1000

/** The server that clients reach, and its open connections. */
export class Listener {
  readonly #server: Server<typeof Received, typeof Answer>
  readonly #handlers: ListenerHandlers
  readonly #options: ListenOptions
  readonly #upgraded = new Set<Duplex>()
  readonly #connections: Connections
  readonly #pipelined = new Pipelined()
  #inFlight = 0
  #draining = false
  #closeUnread: () => void = () => {}
  #onIdle: (() => void) | undefined

  constructor(options: ListenOptions, handlers: ListenerHandlers) {
    this.#options = options
    this.#handlers = handlers
    this.#server = createServer({
      IncomingMessage: Received,
      ServerResponse: Answer,
      requireHostHeader: false,
      insecureHTTPParser: false,
      maxHeaderSize: options.maxHeaderSize,
      headersTimeout: options.headersTimeout,
      requestTimeout: 0,
      keepAliveTimeout: options.keepAliveTimeout + KEEP_ALIVE_MARGIN,
      connectionsCheckingInterval: Math.min(options.headersTimeout, 5000),
    })
    this.#connections = new Connections(options.limits, options.isProxy)
    const lane = {
      pipelined: this.#pipelined,
      idleTimeout: this.#server.keepAliveTimeout,
      serve: (req: Received, res: Answer) => this.#serve(req, res),
    }
    this.#server.on('connection', (socket) => openLane(socket, lane))
    this.#server.on('connection', (socket) => {
      this.#refuse(socket, this.#connections.admitClient(socket))
    })
    // All listeners so far wait for the header; those below do not.
    if (options.proxyProtocol) {
      const { isProxy: trusts, headersTimeout: timeout } = options
      const expected = { trusts, timeout, onRefused: handlers.unproxied }
      this.#closeUnread = expectProxyProtocol(this.#server, expected)
    }
    this.#server.on('connection', (socket) => {
      this.#refuse(socket, this.#connections.admit(socket))
    })
    this.#server.on('request', (req, res) => this.#inTurn(req, res))
    // Else Node.js answers by itself, past host, limits and log.
    this.#server.on('checkContinue', (req, res) => this.#inTurn(req, res))
    this.#server.on('checkExpectation', (req, res) => this.#inTurn(req, res))
    this.#server.on('upgrade', (req, socket, head) => {
      if (!socket.writable || pendingAnswer(socket) !== undefined) {
        socket.destroy()
        return
      }
      this.#upgraded.add(socket)
      socket.once('close', () => this.#upgraded.delete(socket))
      handlers.upgrade(req, socket as Socket, head)
    })
    this.#server.on('connect', (_req, socket) => {
      if (socket.writable && pendingAnswer(socket) === undefined)
        endWith(socket, handlers.connect())
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

  /** What is open now. */
  get open(): Connections['open'] {
    return this.#connections.open
  }

  /** @param timeout milliseconds in which bodies must be here, counted from the first byte of a head; whatever its tenant */
  set bodyTimeout(timeout: number) {
    this.#server.requestTimeout = this.#options.headersTimeout + timeout
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
    await this.#idle(timeout)
    this.#server.closeAllConnections()
    this.#closeUnread()
    for (const socket of this.#upgraded) socket.destroy()
    await closed
  }

  #refuse(socket: Socket, limit: keyof ConnectionLimits | undefined): void {
    if (limit === undefined || !socket.writable) return
    socket.on('error', () => socket.destroy())
    socket.write(this.#handlers.refused(limit))
    socket.destroySoon()
  }

  /**
   * Serves pipelined requests one after the other (RFC 9112 §9.3.2). What comes behind an answer that closes
   * the connection is never served (§9.6), nor what still waits when the client leaves.
   */
  #inTurn(req: Received, res: Answer): void {
    const { socket } = req
    if (!socket.writable) return
    if (res.socket !== null) {
      this.#serve(req, res)
      return
    }
    const leave = this.#pipelined.enter(req)
    if (leave === undefined) return
    res.once('socket', () => {
      leave()
      this.#serve(req, res)
    })
  }

  #serve(req: Received, res: Answer): void {
    this.#inFlight++
    if (this.#draining) res.shouldKeepAlive = false
    res._keepAliveTimeout = this.#options.keepAliveTimeout
    res.ends.push(this.#end)
    this.#handlers.request(req, res)
  }

  readonly #end = (): void => {
    this.#inFlight--
    if (this.#inFlight === 0) this.#onIdle?.()
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

function endWith(socket: Duplex, answer: string): void {
  socket.on('error', () => socket.destroy())
  socket.write(answer)
  endLingering(socket)
}
