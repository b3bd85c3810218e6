/** How much each client holds; bounded by what is held. */
export class ClientCounts {
  readonly #counts = new Map<string, number>()

  /** How many clients hold something. */
  get size(): number {
    return this.#counts.size
  }

  /** @param client as `clientKey` names it */
  of(client: string): number {
    return this.#counts.get(client) ?? 0
  }

  add(client: string): void {
    this.#counts.set(client, this.of(client) + 1)
  }

  remove(client: string): void {
    const count = this.of(client)
    if (count > 1) this.#counts.set(client, count - 1)
    else this.#counts.delete(client)
  }
}
