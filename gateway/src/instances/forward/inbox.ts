/** Bytes that are read at once at most. */
const SIZE = 65_536
/** Inboxes that are kept for later. */
const MAX_FREE = 256

const free: Inbox[] = []

/**
 * What a connection reads into. For each read Node.js would make a buffer of its own; what is read is on its way to the client at once,
 * and then the same memory can take the next bytes.
 */
export class Inbox {
  readonly bytes: Buffer = Buffer.allocUnsafeSlow(SIZE)
  #lent = 0
  #isRead = true

  static take(): Inbox {
    const inbox = free.pop() ?? new Inbox()
    inbox.#isRead = true
    return inbox
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
      this.#keep()
    }
  }

  /** Nothing is read into it any more. */
  leave(): void {
    this.#isRead = false
    this.#keep()
  }

  #keep(): void {
    if (this.#lent === 0 && !this.#isRead && free.length < MAX_FREE) free.push(this)
  }
}
