/** Whatever stands in a line knows its own turn. */
export interface InLine {
  /** Set by the line. */
  turn: number
}

/** Things that wait, the first one first; any may leave. What `Bag` says of sets holds here, too. */
export class Line<T extends InLine> {
  #all: (T | undefined)[] = []
  #gone = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  get first(): T | undefined {
    this.#skipGone()
    return this.#all[this.#gone]
  }

  add(thing: T): void {
    thing.turn = this.#all.length
    this.#all.push(thing)
    this.#size++
  }

  /** Does nothing where it is not in here. */
  delete(thing: T): void {
    if (this.#all[thing.turn] !== thing) return
    this.#all[thing.turn] = undefined
    this.#size--
    this.#skipGone()
  }

  #skipGone(): void {
    while (this.#gone < this.#all.length && this.#all[this.#gone] === undefined) this.#gone++
    if (this.#gone < 64 || this.#gone * 2 < this.#all.length) return
    this.#all = this.#all.slice(this.#gone)
    this.#gone = 0
    for (const [turn, thing] of this.#all.entries()) if (thing !== undefined) thing.turn = turn
  }
}
