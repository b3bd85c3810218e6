/** The bytes of an answer that many wait for, as they come. */
export class FillBody {
  bytes = 0
  readonly #chunks: Buffer[] = []

  add(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.bytes += chunk.length
  }

  drop(): void {
    this.#chunks.length = 0
  }

  /**
   * @param declared value of `Content-Length`
   * @returns undefined where that is another length
   */
  whole(declared: string | undefined): Buffer | undefined {
    if (declared !== undefined && Number(declared) !== this.bytes) return undefined
    // Not of the pool of small buffers, which would keep its neighbours' memory.
    const body = Buffer.allocUnsafeSlow(this.bytes)
    let end = 0
    for (const chunk of this.#chunks) end += chunk.copy(body, end)
    return body
  }
}
