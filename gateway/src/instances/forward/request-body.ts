import type { IncomingMessage } from 'node:http'
import { safeTrailers } from '../../http/trailers.ts'
import type { Connection } from './connection.ts'
import type { Hop } from './hop.ts'

/** The body of a request on its way to the target, in the framing that the client has chosen. */
export class RequestBody {
  readonly #req: IncomingMessage
  readonly #connection: Connection
  readonly #hop: Hop
  readonly #isChunked: boolean
  /** Pieces that the system has not taken yet. */
  #unsent = 0
  #isWhole = false

  constructor(req: IncomingMessage, connection: Connection, hop: Hop) {
    this.#req = req
    this.#connection = connection
    this.#hop = hop
    this.#isChunked = req.headers['transfer-encoding'] !== undefined
    hop.isUpload = true
    req.on('data', this.#onData).once('end', this.#onEnd)
  }

  /** The target takes more. */
  drain(): void {
    if (!this.#hop.isAnswered) this.#hop.clock?.rest()
    this.#req.resume()
  }

  /** Nothing more of it is of use to the target. */
  stop(): void {
    this.#req.off('data', this.#onData).off('end', this.#onEnd).pause()
  }

  readonly #onData = (chunk: Buffer): void => {
    const { socket } = this.#connection
    if (this.#isChunked) {
      socket.cork()
      this.#write(`${chunk.length.toString(16)}\r\n`)
      this.#write(chunk)
      this.#write('\r\n')
      socket.uncork()
    } else this.#write(chunk)
    if (!socket.writableNeedDrain) return
    this.#req.pause()
    if (!this.#hop.isAnswered && !this.#hop.isOver) this.#hop.clock?.await('idle')
  }

  readonly #onEnd = (): void => {
    this.#isWhole = true
    if (this.#isChunked) this.#write(lastChunk(this.#req.rawTrailers))
    else this.#finishSent()
  }

  #write(piece: Buffer | string): void {
    this.#unsent++
    this.#connection.socket.write(piece, 'latin1', this.#onSent)
  }

  readonly #onSent = (error?: Error | null): void => {
    this.#unsent--
    if (!error) this.#finishSent()
  }

  #finishSent(): void {
    if (!this.#isWhole || this.#unsent > 0) return
    this.#hop.isUpload = false
    if (!this.#hop.isAnswered && !this.#hop.isOver) this.#hop.clock?.await('firstByte')
    this.#connection.sent()
  }
}

/** @param raw trailers of the client: name, value, name, value */
function lastChunk(raw: readonly string[]): string {
  let chunk = '0\r\n'
  for (const [name, value] of safeTrailers(raw)) chunk += `${name}: ${value}\r\n`
  return `${chunk}\r\n`
}
