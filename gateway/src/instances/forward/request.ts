import type { IncomingMessage, ServerResponse } from 'node:http'
import { hasBody } from '../../http/body.ts'
import { fieldOf } from '../../http/header-list.ts'
import { Received } from '../../http/received.ts'
import type { AnswerHead } from './answer-parser.ts'
import type { Asker, Connection } from './connection.ts'
import { hintsOf } from './early-hints.ts'
import { Hop, MAX_LISTENERS, type HopContext } from './hop.ts'
import { proxy, requestOptions } from './proxy.ts'
import { Relay } from './relay.ts'
import { RequestBody } from './request-body.ts'
import { requestHead } from './request-head.ts'
import type { ForwardTarget } from './target.ts'

/**
 * Forwards a request and streams the answer back, unbuffered.
 * @throws {TypeError} where the request cannot be written
 */
export function forwardRequest(
  req: IncomingMessage,
  res: ServerResponse,
  target: ForwardTarget,
  context: HopContext,
): Hop {
  const forwarding = new Forwarding(req, res, new Hop(target, context))
  res.setMaxListeners(MAX_LISTENERS).once('close', () => forwarding.leave())
  proxy.web(req, res, requestOptions(target, forwarding))
  return forwarding.hop
}

/** A request on its way to the target, and the answer on its way back. */
class Forwarding implements Asker {
  readonly hop: Hop
  readonly isHead: boolean
  readonly #req: IncomingMessage
  readonly #res: ServerResponse
  readonly #relay: Relay
  #connection: Connection | undefined
  #body: RequestBody | undefined
  /** The answer goes to the client. */
  #isRelayed = false
  /** Why it is sent again. */
  #firstError: Error | undefined

  constructor(req: IncomingMessage, res: ServerResponse, hop: Hop) {
    this.hop = hop
    this.isHead = req.method === 'HEAD'
    this.#req = req
    this.#res = res
    this.#relay = new Relay(req, res, hop)
  }

  /** Called by http-proxy, in the place of its own way to send. */
  send(): void {
    const { hop } = this
    const head = requestHead(this.#req, hop.target)
    const connection = hop.target.connections.take()
    this.#connection = connection
    hop.sent = connection
    connection.begin(head, this)
    if (connection.isConnected) this.connected()
    else hop.clock?.await('connect')
    if (this.#res.destroyed) connection.destroy()
  }

  /** The client has its answer, or is gone. */
  leave(): void {
    const { hop } = this
    hop.end()
    // An answer that came before the end of the request had gone out: the target gets all of it.
    if (hop.isAnswered && this.#res.writableFinished && this.#req.complete) {
      if (hop.sent !== undefined) this.#connection?.endAfterThis()
      return
    }
    // What is still on its way is of no use, and a client that leaves now is not noticed.
    hop.sent?.destroy()
    this.#body?.stop()
    if (!this.#req.complete) this.#req.resume()
  }

  connected(): void {
    const { hop } = this
    const req = this.#req
    const connection = this.#connection
    hop.connected()
    if (hop.isOver || connection === undefined) return
    if (hasBody(req)) {
      // Nothing of a body is read before: it can go to another target until then.
      this.#body = new RequestBody(req, connection, hop)
    } else {
      if (req instanceof Received) req.skipBody()
      hop.clock?.await('firstByte')
      connection.sent()
    }
  }

  gather(): void {
    this.#relay.gather()
  }

  release(): void {
    if (!this.#relay.release()) this.#waitForClient()
  }

  information({ status, raw }: AnswerHead): void {
    if (status !== 103 || this.#res.headersSent || this.hop.isOver) return
    const links = fieldOf(raw, 'link')
    if (links !== undefined) this.#res.writeEarlyHints({ link: hintsOf(links) })
  }

  head(head: AnswerHead): void {
    if (this.hop.isOver) return
    this.#isRelayed = this.#relay.begin(head)
    if (!this.#isRelayed) this.#connection?.destroy()
  }

  body(chunk: Buffer, done: (() => void) | undefined): void {
    if (this.#isOpen && !this.#relay.write(chunk, done)) this.#waitForClient()
  }

  complete(trailers: readonly string[]): void {
    if (this.#isOpen) this.#relay.end(trailers)
  }

  drain(): void {
    this.#body?.drain()
  }

  broken(error: Error): void {
    const { hop } = this
    if (hop.isOver) return
    this.#body?.stop()
    if (hop.isAnswered) {
      if (this.#isRelayed) hop.fail(new Error('the answer broke off'))
    } else if (this.#firstError === undefined && this.#mayRetry(error)) {
      this.#firstError = error
      this.send()
    } else hop.fail(this.#firstError ?? error)
  }

  done(): void {
    this.hop.sent = undefined
  }

  get #isOpen(): boolean {
    return this.#isRelayed && !this.hop.isOver
  }

  /** It has not taken yet what came: nothing more is read meanwhile. */
  #waitForClient(): void {
    const { hop } = this
    const socket = this.#connection?.socket
    if (hop.sent === undefined || socket === undefined || socket.isPaused()) return
    socket.pause()
    this.#res.once('drain', () => {
      if (hop.isOver || hop.sent === undefined) return
      hop.clock?.await('idle')
      socket.resume()
    })
  }

  /** Nothing was lost, and asking again is safe. */
  #mayRetry(error: Error): boolean {
    const { hop } = this
    const { method } = this.#req
    const isSafe = (method === 'GET' || method === 'HEAD') && !hasBody(this.#req)
    return isSafe && hop.context.decidesRetries !== true && hop.isStale(error)
  }
}
