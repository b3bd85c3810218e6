/** Whatever lies in a bag knows its own place there. */
export interface InBag {
  /** Set by the bag. */
  place: number
}

/**
 * Holds what comes and goes with each request. A `Set` would do, but its table is made anew again and again, each old one keeps the
 * next, and once one of them has grown old, all that was ever in them lives until the next collection of old garbage.
 */
export class Bag<T extends InBag> {
  readonly #all: T[] = []

  get size(): number {
    return this.#all.length
  }

  add(thing: T): void {
    thing.place = this.#all.length
    this.#all.push(thing)
  }

  /** Does nothing where it is not in here. */
  delete(thing: T): void {
    const { place } = thing
    if (this.#all[place] !== thing) return
    const last = this.#all.pop() as T
    if (last === thing) return
    this.#all[place] = last
    last.place = place
  }

  /** All that is in here now, whatever becomes of it meanwhile. */
  [Symbol.iterator](): ArrayIterator<T> {
    return [...this.#all].values()
  }
}
