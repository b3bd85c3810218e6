/** When a target is ejected; times in milliseconds. */
export interface EjectionOptions {
  /** Failures in a row. */
  readonly after: number
  readonly time: number
  readonly maxTime: number
}

/** Leaves a target out for a while that failed several times in a row; each time for twice as long. */
export class Ejection {
  readonly #options: EjectionOptions
  #failures = 0
  #times = 0
  #until = 0

  constructor(options: EjectionOptions) {
    this.#options = options
  }

  isEjected(now: number): boolean {
    return now < this.#until
  }

  /** Of failures there were enough. */
  get isDue(): boolean {
    return this.#failures >= this.#options.after
  }

  /** @returns for how many milliseconds */
  eject(now: number): number {
    const { after } = this.#options
    const time = this.#time()
    this.#times++
    this.#until = now + time
    // When it is back, one more failure is enough.
    this.#failures = after - 1
    return time
  }

  fail(): void {
    this.#failures++
  }

  /** Good service for as long as it would be ejected next makes the time short again. */
  succeed(now: number): void {
    this.#failures = 0
    if (this.#times > 0 && now >= this.#until + this.#time()) this.#times = 0
  }

  #time(): number {
    const { time, maxTime } = this.#options
    return Math.min(maxTime, time * 2 ** Math.min(this.#times, 20))
  }
}
