/** Numbers that are the same for the same seed and case, on every machine. */
export class Random {
  #state: number

  /** Each case has numbers of its own, so that it can be made again alone. */
  constructor(seed: number, n: number) {
    this.#state = (Math.imul(seed, 0x9e37_79b1) ^ Math.imul(n + 1, 0x85eb_ca6b)) >>> 0
  }

  /** A whole number from 0 to below `end`. */
  below(end: number): number {
    return Math.floor(this.#next() * end)
  }

  /** True so many times of a hundred. */
  chance(percent: number): boolean {
    return this.#next() * 100 < percent
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }

  /** Any bytes, as text of one byte a character. */
  bytes(length: number): string {
    return String.fromCharCode(...Array.from({ length }, () => this.below(256)))
  }

  /** mulberry32. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b_79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
}
