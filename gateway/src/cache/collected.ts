import type { Scope } from './scope.ts'

/**
 * What is held of answers that are on their way: they may be for many, and their clients may take them as slowly as they like. It is bounded apart
 * from what is stored. Who has more than a fair share of it gets no more, the others do.
 */
export class Collected {
  #bytes = 0
  /** How many tenants have some. */
  #scopes = 0

  /** @returns false where there is no room: then nothing is noted */
  add(scope: Scope, bytes: number, maxBytes: number): boolean {
    const scopes = this.#scopes + (scope.collected === 0 ? 1 : 0)
    const isFair = scope.collected + bytes <= maxBytes / scopes
    if (this.#bytes + bytes > maxBytes && !isFair) return false
    this.#scopes = scopes
    this.#bytes += bytes
    scope.collected += bytes
    return true
  }

  remove(scope: Scope, bytes: number): void {
    if (bytes === 0) return
    this.#bytes -= bytes
    scope.collected -= bytes
    if (scope.collected === 0) this.#scopes--
  }
}
