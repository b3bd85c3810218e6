import { LRUCache } from 'lru-cache'

/** How long a key is known to have no shareable answer, in milliseconds. */
const PASS_TIME = 10_000
/** The same where the app could not answer. */
const FAILED_TIME = 1000
const MAX_BYTES = 4_194_304

/** Keys of which it is known that answers are for one client alone: nobody waits for another's. */
export class Passes {
  readonly #until = new LRUCache<string, number>({
    maxSize: MAX_BYTES,
    sizeCalculation: (_, key) => 200 + key.length,
  })

  #purgeAt = 0

  /** How many are remembered, some for longer than they count. */
  get size(): number {
    return this.#until.size
  }

  /** Whether the key had no shareable answer a moment ago. */
  has(tenant: string, key: string): boolean {
    const until = this.#until.get(`${tenant} ${key}`)
    return until !== undefined && until > performance.now()
  }

  add(tenant: string, key: string, hasFailed: boolean): void {
    const time = hasFailed ? FAILED_TIME : PASS_TIME
    const now = performance.now()
    if (now >= this.#purgeAt) this.purge(now)
    this.#until.set(`${tenant} ${key}`, now + time)
  }

  /** Forgets what counts no more at this time, as `performance.now()` tells it. */
  purge(now: number): void {
    this.#purgeAt = now + PASS_TIME
    for (const [key, until] of this.#until.entries()) if (until <= now) this.#until.delete(key)
  }
}
