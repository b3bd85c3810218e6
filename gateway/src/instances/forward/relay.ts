import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { RequestError } from '../../errors.ts'
import { isKnownFraming } from '../../http/framing.ts'
import { removeField } from '../../http/header-list.ts'
import { FILL, REVALIDATED } from '../../http/internal-headers.ts'
import { Answer } from '../../http/answer.ts'
import { responseHeaders, type Said } from '../../http/response-headers.ts'
import { mayHaveTrailers, safeTrailers } from '../../http/trailers.ts'
import { readAnnounced } from '../revalidation.ts'
import type { AnswerHead } from './answer-parser.ts'
import type { Hop } from './hop.ts'
import { reasonOf } from './reason.ts'

/** An answer on its way to the client. */
export class Relay {
  readonly #req: IncomingMessage
  readonly #res: ServerResponse
  readonly #hop: Hop
  /** Held back while bytes are read: head, body and end that came together leave together. */
  #socket: Socket | undefined
  #isHeadHeld = false
  #chunk: Buffer | undefined
  /** Of the chunk: called when it has gone out. */
  #done: (() => void) | undefined

  constructor(req: IncomingMessage, res: ServerResponse, hop: Hop) {
    this.#req = req
    this.#res = res
    this.#hop = hop
  }

  /** @returns false where the answer cannot be handed on */
  begin({ version, status, reason, raw }: AnswerHead): boolean {
    const req = this.#req
    const res = this.#res
    const hop = this.#hop
    const said: Said = {}
    const headers = responseHeaders(raw, hop.context.id, req.headers[FILL] !== undefined, said)
    // Nobody asked for another protocol.
    if (status === 101) return this.#fail(new Error('closed without an answer'))
    if (!isKnownFraming({ httpVersion: version, headers: said })) {
      return this.#fail(new Error('an answer whose end is not sure'))
    }
    hop.answer()
    const { trailer, 'transfer-encoding': coding, [REVALIDATED]: revalidated } = said
    const { target } = hop
    if (revalidated !== undefined) target.revalidated?.(readAnnounced(revalidated))
    // The gateway has answered in the meantime.
    if (res.headersSent) return false
    if (trailer !== undefined && coding !== undefined && mayHaveTrailers(req, status)) {
      headers.push('trailer', trailer)
    }
    target.rewrite?.(headers, req)
    // RFC 9110 §8.6: who believes it would take the next answer for its body.
    if (status === 204) removeField(headers, 'content-length')
    try {
      if (res instanceof Answer) res.parsed = headers
      res.writeHead(status, reasonOf(reason), headers)
    } catch (cause) {
      // What the gateway cannot write is told as its own failure, so that no target is counted out for it.
      return this.#fail(new RequestError('APP_FAILED', 502, { cause }))
    }
    this.#isHeadHeld = true
    hop.clock?.await('idle')
    return true
  }

  /**
   * @param done called when the chunk has gone out
   * @returns false where nothing more should be read until the client has taken it
   */
  write(chunk: Buffer, done: (() => void) | undefined): boolean {
    this.#hop.clock?.progress()
    const mayGoOn = this.#sendHeld()
    this.#chunk = chunk
    this.#done = done
    return mayGoOn
  }

  /** The answer is complete. @param trailers name, value, name, value */
  end(trailers: readonly string[]): void {
    this.#hop.clock?.rest()
    const safe = safeTrailers(trailers)
    if (safe.length > 0) this.#res.addTrailers(safe)
    const chunk = this.#chunk
    this.#chunk = undefined
    // All of it goes at once: there is nothing to gather.
    if (this.#isHeadHeld) this.#letGo()
    this.#isHeadHeld = false
    if (this.#done === undefined) this.#res.end(chunk)
    else this.#res.end(chunk, this.#done)
  }

  gather(): void {
    this.#socket = this.#res.socket ?? undefined
    this.#socket?.cork()
  }

  /** @returns as `write` */
  release(): boolean {
    const mayGoOn = this.#sendHeld()
    // The head does not wait for the body.
    if (this.#isHeadHeld && !this.#hop.isOver) this.#res.flushHeaders()
    this.#isHeadHeld = false
    this.#letGo()
    return mayGoOn
  }

  #letGo(): void {
    this.#socket?.uncork()
    this.#socket = undefined
  }

  #sendHeld(): boolean {
    const chunk = this.#chunk
    if (chunk === undefined) return true
    const res = this.#res
    const done = this.#done
    this.#chunk = undefined
    this.#done = undefined
    this.#isHeadHeld = false
    if (this.#hop.isOver || res.destroyed || res.write(chunk, done)) return true
    this.#hop.clock?.rest()
    return false
  }

  #fail(error: Error): false {
    this.#hop.fail(error)
    return false
  }
}
