/** Finds the end of each answer on a connection without pipelining. */
export class AnswerReader {
  #held = Buffer.alloc(0)
  #answer
  /** Where the body, or its next chunk, starts. */
  #at = 0

  /** @returns `{ status, close }` when the answer is complete */
  push(bytes) {
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes])
    this.#answer ??= this.#readHead()
    if (this.#answer === undefined || !this.#hasBody(this.#answer)) return undefined
    const done = this.#answer
    this.#held = Buffer.alloc(0)
    this.#answer = undefined
    return done
  }

  #readHead() {
    const end = this.#held.indexOf('\r\n\r\n')
    if (end === -1) return undefined
    const text = this.#held.latin1Slice(0, end + 2)
    this.#at = end + 4
    return {
      status: Number(text.slice(9, 12)),
      close: /\r\nconnection: *close\r\n/i.test(text),
      isChunked: /\r\ntransfer-encoding: *chunked\r\n/i.test(text),
      length: Number(/\r\ncontent-length: *(\d+)\r\n/i.exec(text)?.[1] ?? 0),
    }
  }

  #hasBody({ isChunked, length }) {
    if (!isChunked) return this.#held.length >= this.#at + length
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
