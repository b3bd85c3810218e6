import { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import {
  BodyCompression,
  compressedHeaders,
  decide,
  VARY_ONLY,
  type CompressionPlan,
} from './answer-compression.ts'
import { applyPolicy, type HeaderPolicy } from './answer-headers.ts'
import { bodyOf, isStrings, lastOf, putLast, putLengthLast } from './node-arguments.ts'
import { linesOf } from './ready-head.ts'
import { isUnheard, type Around, type Received } from './received.ts'
import { sendTogether } from './send-together.ts'

const NOTHING = Buffer.alloc(0)

/** Node's own: the answer that a socket is busy with. */
type HasAnswer = Duplex & { _httpMessage?: Answer | null }

/** Where the connection of an answer comes from, and goes when all of it has been sent. */
export interface AnswerLane {
  /** Milliseconds that a connection may be idle, as its socket was told. */
  readonly idleTimeout: number
  sent(res: Answer): void
}

/** A response as the gateway's own servers make it: it knows its times and sizes without listeners of its own. */
export class Answer extends ServerResponse<Received> {
  /** `performance.now()` when the head was written; 0 before. */
  headAt = 0
  /** `bytesWritten` of its socket when it was finished, before the next pipelined one began; -1 before. */
  bytesAt = -1
  /** Called when it is closed, whether it went out whole or not. */
  readonly ends: (() => void)[] = []
  /** Set where this is not one of those that Node.js gives a connection itself. */
  #lane: AnswerLane | undefined
  /** Node's own: the connection ends behind it; what `closed` says. */
  declare _last: boolean
  declare _closed: boolean
  declare socket: Socket | null
  declare destroyed: boolean
  declare finished: boolean
  /** Node's own: milliseconds that `Keep-Alive: timeout=` announces. */
  declare _keepAliveTimeout: number
  /** Node's own: the head as it goes out, once it is written, and whether it has gone out. */
  declare _header: string | null
  declare _headerSent: boolean
  /** Node's own: whether the answer has a body, and what could not be written yet. */
  declare _hasBody: boolean
  declare outputData: readonly unknown[]
  /** Node's own: sends the head, where it is not sent, and these. */
  declare _send: (data: string, encoding: BufferEncoding) => boolean
  /** Node's own: the client waits to be told to send its body, and whether it was. */
  declare _expect_continue: boolean
  declare _sent100: boolean

  /** Called with the status, before the head is written. */
  beforeHead: ((status: number) => void) | undefined
  /** As in `Received`. */
  around: Around | undefined

  /** Headers, name, value, name, value, that a parser has let in: where these are written, nothing looks at each of them again. */
  parsed: readonly string[] | undefined

  /** What config puts into this answer; undefined where nothing. */
  policy: HeaderPolicy | undefined

  /** How the body is compressed while it is sent; undefined where it is not, and when that was decided. */
  compression: CompressionPlan | undefined
  #body: BodyCompression | undefined
  /** Bytes of the body, where it is given as a whole. */
  #length: number | undefined

  override writeHead(...args: unknown[]): this {
    const isParsed = this.parsed !== undefined && args.at(-1) === this.parsed
    this.headAt = performance.now()
    this.beforeHead?.(args[0] as number)
    const { policy } = this
    if (policy !== undefined) {
      for (const name of policy.names) this.removeHeader(name)
      putLast(args, applyPolicy(policy, lastOf(args)))
    }
    if (this.compression !== undefined) this.#plan(this.compression, args)
    if (isParsed && this.#writeParsed(args)) return this
    putLengthLast(args)
    return super.writeHead(...(args as [number]))
  }

  /**
   * Writes a head that was serialized before: of an answer from memory, Node's way from pairs to bytes is the largest part.
   * @param lines of `serializeHead`, with `Content-Length` and `Date`, and nothing of the connection
   * @returns whether it is written; where it is not, as something must be put in or the connection closes, `writeHead` does it
   */
  writeReady(status: number, message: string, lines: string): boolean {
    const isPlain = this.policy === undefined && this.compression === undefined
    if (!isPlain || this.beforeHead !== undefined || !this.#setHead(status, message, lines)) {
      return false
    }
    this.headAt = performance.now()
    return true
  }

  /**
   * Tells a client that waits for it to send its body (RFC 9110 §10.1.1). Where it is answered without, `writeHead` of Node.js closes the
   * connection: nobody knows whether the body still comes.
   */
  inviteBody(): void {
    if (this._expect_continue) this.writeContinue()
  }

  /** Once, whoever says it: the gateway, and an app in its process. */
  override writeContinue(done?: () => void): void {
    if (this._sent100) done?.()
    else super.writeContinue(done)
  }

  /** Node's own writes the head as UTF-8 where no body is there yet; fields are bytes. */
  override flushHeaders(): void {
    if (this._header === null) this.writeHead(this.statusCode)
    this._send('', 'latin1')
  }

  /** The old name in Node.js, which would go past `writeHead`. */
  writeHeader(...args: unknown[]): this {
    return this.writeHead(...args)
  }

  override write(...args: unknown[]): boolean {
    if (this.compression !== undefined) this.writeHead(this.statusCode)
    if (this.#body === undefined) return super.write(...(args as [string]))
    const [chunk, encoding, done] = bodyOf(args)
    return chunk === undefined || this.#body.write(chunk, encoding, done)
  }

  override end(...args: unknown[]): this {
    if (this.compression === undefined && this.#body === undefined) {
      const [whole] = args
      const isBytes = whole instanceof Uint8Array || args.length === 0
      if (isBytes && this.#sendAtOnce((whole as Uint8Array | undefined) ?? NOTHING)) {
        if (this.#finishAtOnce(args)) return this
        args[0] = undefined
      }
      return super.end(...(args as []))
    }
    const [chunk, encoding, done] = bodyOf(args)
    if (this.compression !== undefined) {
      const length = chunk === undefined ? 0 : Buffer.byteLength(chunk, encoding)
      const decision = decide(this.compression, this, this.statusCode, undefined, length)
      if (decision === 'compress') this.writeHead(this.statusCode)
      else this.compression = decision === 'vary' ? VARY_ONLY : undefined
      this.#length = length
    }
    if (this.#body === undefined) return super.end(...(args as []))
    if (done !== undefined) this.once('finish', done)
    this.#body.end(chunk, encoding)
    return this
  }

  /** Hints are left out where the client would not know what they are (RFC 9110 §15.2), or takes nothing of what it gets. */
  override writeEarlyHints(...args: Parameters<ServerResponse['writeEarlyHints']>): void {
    const isFull = this.writableLength >= this.writableHighWaterMark
    if (this.req.httpVersion !== '1.0' && !isFull) super.writeEarlyHints(...args)
    else if (args[1] !== undefined) process.nextTick(args[1])
  }

  override emit(name: string | symbol, ...args: unknown[]): boolean {
    if (name === 'finish') this.#leave()
    else if (name === 'timeout' && this.#lane !== undefined) {
      // It is under way: the time without a request is not for it.
      return this.#emit(name, args) || this.socket?.timeout === this.#lane.idleTimeout
    } else if (name === 'close') this.#end()
    if (this.#body !== undefined) {
      if (name === 'close') this.#body.destroy()
      else if (name === 'drain') {
        // Of the socket: whoever writes hears of it when the compression has room.
        this.#body.resume()
        return true
      }
    }
    return this.#emit(name, args)
  }

  /** Gives it its connection, which it gives back when it has gone out. Whoever calls this tells it where the connection closes. */
  enterLane(lane: AnswerLane, socket: Socket): void {
    this.#lane = lane
    this.socket = socket
    // As `assignSocket`, but for a listener on each connection for each answer.
    ;(socket as HasAnswer)._httpMessage = this
  }

  /** Whether somebody waits for its end. */
  get isHeard(): boolean {
    return this.listenerCount('close') > 0 || this.listenerCount('finish') > 0
  }

  /** It has gone out, or its connection is closed (`lib/_http_server.js`, `emitCloseNT`). */
  markClosed(): void {
    if (this._closed) return
    this.destroyed = true
    this._closed = true
    this.emit('close')
  }

  #end(): void {
    for (const end of this.ends) end()
  }

  #leave(): void {
    this.bytesAt = this.socket?.bytesWritten ?? -1
    const lane = this.#lane
    if (lane === undefined) return
    this.#lane = undefined
    // As `detachSocket`, but for the listener that `enterLane` has not set.
    ;(this.socket as HasAnswer)._httpMessage = null
    this.socket = null
    lane.sent(this)
  }

  /**
   * What has been sent was all, and the system has taken it: nothing of what Node.js does to wait for that is needed.
   * @returns whether that is so
   */
  #finishAtOnce([, encoding, then]: readonly unknown[]): boolean {
    if (this.#lane === undefined || this.socket?.writableLength !== 0) return false
    if (encoding !== undefined && typeof encoding !== 'function') return false
    this.finished = true
    const done = encoding ?? then
    if (this.isHeard) process.nextTick(() => this.#emit('finish', []))
    this.#leave()
    if (typeof done === 'function') done()
    return true
  }

  #emit(name: string | symbol, args: readonly unknown[]): boolean {
    const { around } = this
    if (around === undefined || isUnheard(this, name)) return super.emit(name, ...args)
    return around(() => super.emit(name, ...args))
  }

  #writeParsed([status, message, headers]: readonly unknown[]): boolean {
    if (!mayHaveBody(Number(status)) || !isStrings(headers)) return false
    const lines = linesOf(headers)
    return lines !== undefined && this.#setHead(Number(status), String(message), lines)
  }

  /** @returns whether the head is set; not where headers were set one by one, or the connection closes behind it */
  #setHead(status: number, message: string, lines: string): boolean {
    const isAlone = this.getHeaderNames().length === 0
    if (!isAlone || !this.shouldKeepAlive || this._header !== null) return false
    this.statusCode = status
    this.statusMessage = message
    const timeout = Math.floor(this._keepAliveTimeout / 1000)
    this._header = `HTTP/1.1 ${status} ${message}\r\n${lines}Connection: keep-alive\r\nKeep-Alive: timeout=${timeout}\r\n\r\n`
    this._headerSent = false
    return true
  }

  /** @returns whether head and body went out together: nothing has gone before, and nothing is to be put around it */
  #sendAtOnce(body: Uint8Array): boolean {
    const { socket, _header: head } = this
    const mayHave = this._hasBody || body.length === 0
    const isFramed = mayHave && !this.chunkedEncoding && !this.strictContentLength
    if (head === null || this._headerSent || !isFramed) return false
    if (socket?.writable !== true || this.writableEnded || this.outputData.length > 0) return false
    this._headerSent = true
    sendTogether(socket, head, body)
    return true
  }

  #plan(plan: CompressionPlan, args: unknown[]): void {
    this.compression = undefined
    const headers = lastOf(args)
    const decision = decide(plan, this, Number(args[0]), headers, this.#length)
    if (decision === 'nothing') return
    const to = decision === 'compress' && plan.to !== 'identity' ? plan.to : undefined
    const changed = compressedHeaders(to, this, headers)
    if (changed !== undefined) putLast(args, changed)
    if (to === undefined) return
    this.#body = new BodyCompression(to, {
      write: (chunk) => super.write(chunk),
      end: () => void super.end(),
      drained: () => void this.#emit('drain', []),
      fail: () => void this.destroy(),
    })
  }
}

/** The answer that the socket is still busy with. */
export function pendingAnswer(socket: Duplex): Answer | undefined {
  return (socket as HasAnswer)._httpMessage ?? undefined
}

/** Others than these, and those that are no status, are Node's to write. */
function mayHaveBody(status: number): boolean {
  return status >= 200 && status !== 204 && status !== 304
}
