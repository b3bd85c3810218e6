import { TokenBucket } from 'limiter'
import { LRUCache } from 'lru-cache'
import type { Rate } from '../config/limits-schema.ts'

/** How fast each client asks: a token bucket for each key, of which the last used are kept. */
export class Rates {
  readonly #buckets: LRUCache<string, TokenBucket>

  /** @param max buckets kept; a client that comes again after its bucket was dropped starts with a full one */
  constructor(max: number) {
    this.#buckets = new LRUCache({ max })
  }

  get max(): number {
    return this.#buckets.max
  }

  /** Takes one request out of the bucket. @returns 0, or the seconds after which there is one again */
  take(key: string, { perSecond, burst = 2 * perSecond }: Rate): number {
    let bucket = this.#buckets.get(key)
    if (bucket?.tokensPerInterval !== perSecond || bucket.bucketSize !== burst) {
      bucket = new TokenBucket({ bucketSize: burst, tokensPerInterval: perSecond, interval: 1000 })
      bucket.content = burst
      this.#buckets.set(key, bucket)
    }
    return bucket.tryRemoveTokens(1) ? 0 : Math.ceil(bucket.getWaitTime(1) / 1000)
  }
}
