/** `pino.destination({ contentMode: 'buffer' })`, which has more than its type says. */
export interface BufferSink {
  readonly destroyed?: boolean
  write(lines: Buffer): unknown
  flush(): void
  flushSync(): void
}

/** Bytes of a buffer; a line that is longer goes on by itself. */
export const SIZE = 65_536
/** Bytes of UTF-8 that one unit of a string takes at most. */
const WIDEST = 3

/**
 * Gathers lines in one buffer, as a write of each, and even a string of several, costs more than the request that it
 * is about. Lines keep their order. They go on when the buffer is full, or after a while.
 */
export class GatheredLines {
  readonly #to: BufferSink
  readonly #longest: number
  #buffer = Buffer.allocUnsafe(SIZE)
  #length = 0
  #timer: NodeJS.Timeout | undefined

  /**
   * @param to where lines go, many at once
   * @param longest milliseconds that a line waits at most
   */
  constructor(to: BufferSink, longest: number) {
    this.#to = to
    this.#longest = longest
  }

  write(line: string): void {
    const most = line.length * WIDEST
    if (most > SIZE - this.#length) this.#pass()
    if (most > SIZE) {
      this.#to.write(Buffer.from(line))
      return
    }
    this.#length += this.#buffer.write(line, this.#length)
    this.#timer ??= setTimeout(() => {
      this.#pass()
      this.#to.flush()
    }, this.#longest)
  }

  /** For the end of the process, and for pino after a fatal line. */
  flushSync(): void {
    if (this.#to.destroyed) return
    this.#pass()
    this.#to.flushSync()
  }

  #pass(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#length === 0) return
    const lines = this.#buffer.subarray(0, this.#length)
    this.#buffer = Buffer.allocUnsafe(SIZE)
    this.#length = 0
    this.#to.write(lines)
  }
}
