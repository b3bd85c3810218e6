import { AsyncResource } from 'node:async_hooks'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { Answer } from './answer.ts'
import { Received } from './received.ts'

/** Where an answer goes that has no connection. */
export interface AnswerSink {
  /** @param headers name, value, name, value */
  head(status: number, statusMessage: string, headers: string[]): void
  /** @returns false where the next chunk should wait for the event `drain` */
  data(chunk: Buffer): boolean
  end(trailers: Readonly<Record<string, string>> | undefined): void
  /** It broke off, or was broken off. Nothing else follows. */
  fail(): void
  earlyHints(hints: Parameters<ServerResponse['writeEarlyHints']>[0]): void
}

/** Stands in for the connection of a request that no client has open. */
class NoSocket extends Duplex {
  readonly remoteAddress: string | undefined
  readonly remotePort: number | undefined
  readonly encrypted: boolean
  readonly #onReset: () => void

  constructor({ remoteAddress, remotePort }: Socket, encrypted: boolean, onReset: () => void) {
    super()
    this.remoteAddress = remoteAddress
    this.remotePort = remotePort
    this.encrypted = encrypted
    this.#onReset = onReset
  }

  resetAndDestroy(): this {
    this.#onReset()
    return this.destroy()
  }

  setTimeout(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  setNoDelay(): this {
    return this
  }

  override _read(): void {}
}

export interface DetachedParts {
  /** The peer that the request came from. */
  readonly peer: Socket
  readonly isEncrypted: boolean
  /** Origin-form. */
  readonly target: string
  readonly headers: IncomingHttpHeaders
  readonly sink: AnswerSink
}

/**
 * A GET request without a connection, and the response to it: whatever answers requests can answer this one, and what it says goes
 * to the sink.
 */
export function detached(parts: DetachedParts): { req: Received; res: Answer } {
  const socket = new NoSocket(parts.peer, parts.isEncrypted, () => res.destroy())
  const req = new Received(socket as unknown as Socket)
  req.method = 'GET'
  req.url = parts.target
  req.httpVersion = '1.1'
  req.httpVersionMajor = 1
  req.httpVersionMinor = 1
  req.headers = parts.headers
  req.complete = true
  req.push(null)
  const res = new DetachedResponse(req, parts.sink)
  return { req, res }
}

type Callback = (error?: Error | null) => void

class DetachedResponse extends Answer {
  readonly #sink: AnswerSink
  /** The app writes from inside of its compartment; what follows of it is the gateway's own work. */
  readonly #outside = new AsyncResource('TenantryFill')
  #trailers: Record<string, string> | undefined

  constructor(req: Received, sink: AnswerSink) {
    super(req)
    this.#sink = sink
  }

  override writeHead(...args: unknown[]): this {
    const isSet = this.getHeaderNames().length > 0
    super.writeHead(...args)
    const given = args.at(-1)
    const headers = isSet || typeof given !== 'object' ? setHeaders(this) : listOf(given)
    this.#tell(() => this.#sink.head(this.statusCode, this.statusMessage, headers))
    return this
  }

  override flushHeaders(): void {
    if (!this.headersSent) this.writeHead(this.statusCode)
  }

  override write(chunk: unknown, encoding?: BufferEncoding | Callback, then?: Callback): boolean {
    if (this.finished || this.destroyed) return false
    this.flushHeaders()
    const bytes = toBuffer(chunk, typeof encoding === 'string' ? encoding : 'utf8')
    const mayGoOn = bytes.length === 0 || this.#tell(() => this.#sink.data(bytes))
    const callback = typeof encoding === 'function' ? encoding : then
    if (callback !== undefined) process.nextTick(callback)
    return mayGoOn
  }

  override end(...args: unknown[]): this {
    const callback = args.find((arg) => typeof arg === 'function') as (() => void) | undefined
    if (this.finished || this.destroyed) return this
    const [chunk, encoding] = args
    if (chunk !== undefined && chunk !== null && typeof chunk !== 'function') {
      this.write(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : undefined)
    }
    this.flushHeaders()
    this.finished = true
    this.#tell(() => this.#sink.end(this.#trailers))
    process.nextTick(() => {
      this.emit('prefinish')
      this.emit('finish')
      callback?.()
      this.#close()
    })
    return this
  }

  override addTrailers(headers: Parameters<ServerResponse['addTrailers']>[0]): void {
    const pairs = Array.isArray(headers) ? headers : Object.entries(headers)
    this.#trailers = Object.fromEntries(pairs as [string, string][])
  }

  override writeEarlyHints(hints: Parameters<ServerResponse['writeEarlyHints']>[0]): void {
    this.#tell(() => this.#sink.earlyHints(hints))
  }

  override writeContinue(): void {}

  override writeProcessing(): void {}

  override destroy(): this {
    if (this.destroyed) return this
    if (!this.finished) this.#tell(() => this.#sink.fail())
    process.nextTick(() => this.#close())
    Reflect.set(this, 'destroyed', true)
    return this
  }

  #close(): void {
    Reflect.set(this, 'destroyed', true)
    if (this.closed) return
    Reflect.set(this, '_closed', true)
    this.emit('close')
  }

  #tell<T>(what: () => T): T {
    return this.#outside.runInAsyncScope(what)
  }
}

/** Missing in the types of what Node.js has since 15.4. */
type RawNames = { getRawHeaderNames(): string[] }

function setHeaders(res: ServerResponse): string[] {
  return (res as unknown as RawNames)
    .getRawHeaderNames()
    .flatMap((name) => lines(name, res.getHeader(name)))
}

/** Headers as `writeHead` takes them. */
function listOf(given: object | null): string[] {
  if (given === null) return []
  if (!Array.isArray(given))
    return Object.entries(given).flatMap(([name, value]) => lines(name, value))
  const flat = Array.isArray(given[0]) ? (given as unknown[][]).flat() : (given as unknown[])
  return flat.flatMap((name, i) => (i % 2 === 0 ? lines(String(name), flat[i + 1]) : []))
}

function lines(name: string, value: unknown): string[] {
  if (typeof value === 'string') return [name, value]
  if (Array.isArray(value)) return value.flatMap((one) => [name, String(one)])
  return typeof value === 'number' ? [name, String(value)] : []
}

/** Bytes of its own: whoever wrote them may use theirs again once they are told that these have gone. */
function toBuffer(chunk: unknown, encoding: BufferEncoding): Buffer {
  if (typeof chunk === 'string') return Buffer.from(chunk, encoding)
  return Buffer.from(chunk as Uint8Array)
}
