/** Bytes that are read at once at most. */
const SIZE = 65_536

/** The inboxes of one target's connections. */
export class Inboxes {
  readonly #free: Inbox[] = []
  #most = 0

  take(): Inbox {
    const inbox = this.#free.pop() ?? new Inbox(this)
    inbox.enter()
    return inbox
  }

  /** Takes it back, for the next one that needs one. */
  keep(inbox: Inbox): void {
    if (this.#free.length < this.#most) this.#free.push(inbox)
  }

  /** @param most how many are kept that nobody uses */
  limit(most: number): void {
    this.#most = most
    if (this.#free.length > most) this.#free.length = most
  }
}

/**
 * What a connection reads into. For each read Node.js would make a buffer of its own; what is read is on its way to the client at once,
 * and then the same memory can take the next bytes.
 */
export class Inbox {
  readonly bytes: Buffer = Buffer.allocUnsafeSlow(SIZE)
  readonly #home: Inboxes
  #lent = 0
  #isRead = false

  constructor(home: Inboxes) {
    this.#home = home
  }

  /** Whether bytes of it are still needed. */
  get isLent(): boolean {
    return this.#lent > 0
  }

  /** @returns to be called when what was lent is not needed any more; once is enough, and more does no harm */
  lend(): () => void {
    this.#lent++
    let isBack = false
    return () => {
      if (isBack) return
      isBack = true
      this.#lent--
      this.#goHome()
    }
  }

  /** A connection reads into it. */
  enter(): void {
    this.#isRead = true
  }

  /** Nothing is read into it any more. */
  leave(): void {
    this.#isRead = false
    this.#goHome()
  }

  #goHome(): void {
    if (this.#lent === 0 && !this.#isRead) this.#home.keep(this)
  }
}
