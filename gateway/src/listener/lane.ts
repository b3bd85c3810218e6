import { AsyncResource } from 'node:async_hooks'
import type { Socket } from 'node:net'
import { Answer, pendingAnswer, type AnswerLane } from '../http/answer.ts'
import { hasBody } from '../http/body.ts'
import type { Received } from '../http/received.ts'
import type { Pipelined } from './pipelined.ts'

/**
 * Node's own, of the parser of a connection (`lib/_http_server.js`, `parserOnIncoming`): told of each request as its head is read.
 * @returns 0 to read on as usual
 */
type OnIncoming = (req: Received, isKept: boolean) => number

interface HasParser {
  readonly parser?: { onIncoming?: OnIncoming | null } | null
}

export interface LaneParts {
  readonly pipelined: Pipelined
  /** Milliseconds without a request until a connection is closed. */
  readonly idleTimeout: number
  readonly serve: (req: Received, res: Answer) => void
}

/**
 * Serves the plain requests of one connection: GET and HEAD without a body, behind which the connection is kept. Node.js has lists, timers
 * and listeners for whatever a request can be, and they take several times as long as an answer from memory. All others are Node's, and
 * so is the connection itself: its parser, its limits, and its end.
 */
export function openLane(socket: Socket, parts: LaneParts): void {
  const { parser } = socket as unknown as HasParser
  const nodes = parser?.onIncoming
  if (!parser || !nodes) return
  const lane = new Lane(socket, nodes, parts)
  parser.onIncoming = (req, isKept) => lane.take(req, isKept)
}

/** Where requests that were sent ahead are served: the app whose answer has just ended, perhaps in its compartment, has nothing to do with them. */
const OUTSIDE = new AsyncResource('TenantryLane')

/** A request that was sent ahead. */
interface Waiting {
  readonly req: Received
  readonly isKept: boolean
  /** Called when it is its turn. */
  readonly leave: () => void
}

class Lane implements AnswerLane {
  readonly idleTimeout: number
  readonly #socket: Socket
  readonly #nodes: OnIncoming
  readonly #parts: LaneParts
  #res: Answer | undefined
  #waiting: Waiting[] = []

  constructor(socket: Socket, nodes: OnIncoming, parts: LaneParts) {
    this.#socket = socket
    this.#nodes = nodes
    this.#parts = parts
    this.idleTimeout = parts.idleTimeout
    // Behind Node's own listeners. It does not serve a client that has closed its side (`lib/_http_server.js`, `socketOnEnd`).
    socket.on('end', () => this.#abort())
    socket.on('close', () => {
      this.#waiting = []
      this.#abort()
      this.#res?.markClosed()
    })
  }

  take(req: Received, isKept: boolean): number {
    // Node.js destroys a connection that is upgraded behind a request that is not answered.
    if (this.#res !== undefined && !req.upgrade) return this.#hold(req, isKept)
    const socket = this.#socket
    const isIdle = pendingAnswer(socket) === undefined && socket.writableLength === 0
    if (isIdle && socket.writable && isKept && isPlain(req)) {
      this.#serve(req)
      return 0
    }
    // It does not know of the time that is set here.
    if (socket.timeout === this.idleTimeout) socket.setTimeout(0)
    return this.#nodes(req, isKept)
  }

  /** RFC 9112 §9.3.2 */
  #hold(req: Received, isKept: boolean): number {
    const leave = this.#parts.pipelined.enter(req)
    if (leave !== undefined) this.#waiting.push({ req, isKept, leave })
    return 0
  }

  #serve(req: Received): void {
    const res = new Answer(req)
    res.enterLane(this, this.#socket)
    this.#res = res
    this.#parts.serve(req, res)
  }

  /** As Node.js does it (`lib/_http_server.js`, `resOnFinish`). */
  sent(res: Answer): void {
    const socket = this.#socket
    this.#res = undefined
    if (!res.req._consumed) res.req._dump()
    if (res.isHeard) process.nextTick(() => res.markClosed())
    else res.markClosed()
    if (res._last) {
      socket.destroySoon()
      return
    }
    if (socket.timeout !== this.idleTimeout) socket.setTimeout(this.idleTimeout)
    if (this.#waiting.length > 0) OUTSIDE.runInAsyncScope(() => this.#takeWaiting())
  }

  #takeWaiting(): void {
    while (this.#waiting.length > 0 && this.#res === undefined && this.#socket.writable) {
      const { req, isKept, leave } = this.#waiting.shift() as Waiting
      leave()
      this.take(req, isKept)
    }
  }

  /** The client has left. */
  #abort(): void {
    this.#res?.req.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }))
  }
}

function isPlain(req: Received): boolean {
  const { method, httpVersion, headers, upgrade } = req
  const isBodiless = (method === 'GET' || method === 'HEAD') && !hasBody(req)
  return isBodiless && httpVersion === '1.1' && !upgrade && headers.expect === undefined
}
