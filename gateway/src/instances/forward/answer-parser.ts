import { createRequire } from 'node:module'
import { fieldOf } from '../../http/header-list.ts'

/** The head of an answer, informational ones included. */
export interface AnswerHead {
  /** Such as `1.1`. */
  readonly version: string
  readonly status: number
  readonly reason: string
  /** Name, value, name, value, as they came. */
  readonly raw: readonly string[]
  /** The connection may carry another request after this answer. */
  readonly isKept: boolean
}

/** Told of answers as they come, piece by piece. */
export interface AnswerEvents {
  /** What is waited for: `nothing` may come unasked; behind the head that answers HEAD is no body. */
  readonly awaited: 'answer' | 'head' | 'nothing'
  /** 100 to 199 but 101: the answer itself is still to come. */
  information(head: AnswerHead): void
  head(head: AnswerHead): void
  /** @param isLent the chunk is a part of what `execute` was given, and not a copy */
  body(chunk: Buffer, isLent: boolean): void
  /** @param trailers name, value, name, value */
  complete(trailers: readonly string[]): void
}

/** Node's own parser (`lib/_http_common.js`, `src/node_http_parser.cc`): what it calls is set under these numbers. */
interface HttpParser {
  [callback: number]: unknown
  initialize(type: number, resource: object, maxHeaderSize: number, leniency: number): void
  execute(chunk: Buffer): number | ParseError
  finish(): ParseError | undefined
  close(): void
}

type ParseError = Error & { readonly reason?: string }

interface HttpParserClass {
  new (): HttpParser
  readonly RESPONSE: number
  readonly kLenientNone: number
  readonly kOnMessageBegin: number
  readonly kOnHeaders: number
  readonly kOnHeadersComplete: number
  readonly kOnBody: number
  readonly kOnMessageComplete: number
}

const { HTTPParser } = createRequire(import.meta.url)('node:_http_common') as {
  HTTPParser: HttpParserClass
}

/** What `kOnHeadersComplete` returns. Behind a head that switches the protocol the parser stops, and leaves the rest alone. */
const READ_BODY = 0
const SKIP_BODY = 1
const STOP = 2

/**
 * Reads the answers of one connection, one after the other. Of bodies whose length is known the parser sees nothing: it would copy them.
 */
export class AnswerParser {
  readonly #parser = new HTTPParser()
  readonly #maxHeaderSize: number
  readonly #events: AnswerEvents
  /** Of a head with many fields, and of trailers: they come in parts. */
  #fields: string[] = []
  #isInformation = false
  #isUnasked = false
  /** Bytes of the body that are still to come, where its length is known. */
  #left = 0

  /** @param maxHeaderSize bytes of a head; 0 for what Node.js takes */
  constructor(maxHeaderSize: number, events: AnswerEvents) {
    this.#maxHeaderSize = maxHeaderSize
    this.#events = events
    const parser = this.#parser
    parser[HTTPParser.kOnMessageBegin] = () => {
      if (events.awaited === 'nothing') this.#isUnasked = true
    }
    parser[HTTPParser.kOnHeaders] = (fields: string[]) => void this.#fields.push(...fields)
    parser[HTTPParser.kOnHeadersComplete] = (...args: HeadArguments) => this.#onHead(...args)
    parser[HTTPParser.kOnBody] = (chunk: Buffer) => events.body(chunk, false)
    parser[HTTPParser.kOnMessageComplete] = () => this.#onComplete()
  }

  /**
   * Begins anew, before the answer to each request. Nothing of the one before may be left: the parser swallows what it finds behind a head at
   * which it has stopped, counts trailers as a part of the next head, and takes a `Connection` among them for its own.
   */
  begin(): void {
    this.#parser.initialize(HTTPParser.RESPONSE, {}, this.#maxHeaderSize, HTTPParser.kLenientNone)
  }

  /** Bytes of an answer that nobody waits for have come. */
  get isUnasked(): boolean {
    return this.#isUnasked
  }

  /** @returns why the bytes are no answer */
  execute(chunk: Buffer): Error | undefined {
    let rest = chunk
    while (rest.length > 0) {
      if (this.#left > 0) rest = this.#readBody(rest)
      else {
        const result = this.#parser.execute(rest)
        if (typeof result !== 'number') return described(result)
        // It says nothing of faults behind a head at which it has stopped.
        if (result < rest.length && this.#left === 0) return new Error('Parse Error')
        rest = rest.subarray(result)
      }
    }
    return undefined
  }

  /** The connection has ended: so has an answer that ends with it. */
  finish(): void {
    this.#parser.finish()
  }

  close(): void {
    // Not while it executes.
    setImmediate(() => this.#parser.close())
  }

  #onHead(...args: HeadArguments): number {
    const [major, minor, fields, , , status, reason, , isKept] = args
    const events = this.#events
    const { awaited } = events
    const raw = fields ?? this.#fields
    this.#fields = []
    if (awaited === 'nothing') return SKIP_BODY
    const head = { version: `${major}.${minor}`, status, reason, raw, isKept }
    this.#isInformation = status >= 100 && status < 200 && status !== 101
    if (this.#isInformation) events.information(head)
    else events.head(head)
    // The llhttp of Node.js before 20.19.2 does not know by itself that 204 and 304 have no body.
    const isBodiless = awaited === 'head' || status === 204 || status === 304
    if (this.#isInformation || isBodiless) return SKIP_BODY
    // The parser has refused what is no number, and what comes twice or beside a coding.
    this.#left = status === 101 ? 0 : Number(fieldOf(raw, 'content-length') ?? 0)
    return this.#left > 0 ? STOP : READ_BODY
  }

  /** @returns what is behind it */
  #readBody(chunk: Buffer): Buffer {
    const body = chunk.length > this.#left ? chunk.subarray(0, this.#left) : chunk
    this.#left -= body.length
    this.#events.body(body, true)
    if (this.#left === 0) this.#events.complete([])
    return chunk.subarray(body.length)
  }

  #onComplete(): void {
    if (this.#left > 0) return
    const trailers = this.#fields
    if (trailers.length > 0) this.#fields = []
    if (!this.#isInformation && !this.#isUnasked) this.#events.complete(trailers)
    this.#isInformation = false
  }
}

type HeadArguments = [
  major: number,
  minor: number,
  fields: string[] | undefined,
  method: undefined,
  url: undefined,
  status: number,
  reason: string,
  isUpgrade: boolean,
  isKept: boolean,
]

function described(error: ParseError): Error {
  if (error.reason !== undefined) error.message = `Parse Error: ${error.reason}`
  return error
}
