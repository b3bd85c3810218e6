const NOTHING = Buffer.alloc(0)

/** Finds the end of each answer on a connection without pipelining. The bytes may be overwritten after `push`. */
export class AnswerReader {
  /** What is not understood yet: a part of the head, or of a chunked body. */
  #held = NOTHING
  #answer
  /** Bytes of a body of known length that are still to come. */
  #missing = 0
  /** Where the next chunk starts. */
  #at = 0

  /** @returns `{ status, close, length }` when the answer is complete; `length` is undefined where it is chunked */
  push(bytes) {
    if (this.#answer !== undefined && !this.#answer.isChunked) {
      this.#missing -= bytes.length
      return this.#missing > 0 ? undefined : this.#end()
    }
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes])
    this.#answer ??= this.#readHead()
    const isWhole = this.#answer?.isChunked ? this.#hasChunks() : this.#missing <= 0
    if (this.#answer !== undefined && isWhole) return this.#end()
    this.#held = this.#answer?.isChunked === false ? NOTHING : Buffer.from(this.#held)
    return undefined
  }

  #end() {
    const done = this.#answer
    this.#held = NOTHING
    this.#answer = undefined
    return done
  }

  #readHead() {
    const end = this.#held.indexOf('\r\n\r\n')
    if (end === -1) return undefined
    const text = this.#held.latin1Slice(0, end + 2)
    this.#at = end + 4
    const [, length] = /\r\ncontent-length: *(\d+)\r\n/i.exec(text) ?? []
    const isChunked = length === undefined && /\r\ntransfer-encoding: *chunked\r\n/i.test(text)
    this.#missing = this.#at + Number(length ?? 0) - this.#held.length
    return {
      status: Number(text.slice(9, 12)),
      close: /\r\nconnection: *close\r\n/i.test(text),
      isChunked,
      length: length === undefined ? undefined : Number(length),
    }
  }

  #hasChunks() {
    for (;;) {
      const line = this.#held.indexOf('\r\n', this.#at)
      if (line === -1) return false
      const size = Number.parseInt(this.#held.latin1Slice(this.#at, line), 16)
      const next = line + 2 + size + 2
      if (this.#held.length < next) return false
      if (size === 0) return true
      this.#at = next
    }
  }
}
