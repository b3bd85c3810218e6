interface Write {
  readonly tags: readonly string[]
  readonly done: Promise<void>
}

/**
 * What of an app is on its way to the disk. Next.js has it in memory at once, and its file is dated by the end of its writing
 * (`server/lib/incremental-cache/file-system-cache.js`): later than a revalidation that came meanwhile.
 */
export class Writes {
  /** The latest of each key. */
  readonly #pending = new Map<string, Write>()

  /** Settles when nothing of the key is being written: of two at once, the older one may end last. */
  async idle(key: string): Promise<void> {
    for (let write = this.#pending.get(key); write; write = this.#pending.get(key)) await write.done
  }

  has(key: string): boolean {
    return this.#pending.has(key)
  }

  add(key: string, tags: readonly string[], written: Promise<void>): void {
    const over = (): void => {
      if (this.#pending.get(key) === write) this.#pending.delete(key)
    }
    const write: Write = { tags, done: written.then(over, over) }
    this.#pending.set(key, write)
  }

  /** Settles when what has one of the tags is written. undefined where nothing of it is on its way */
  of(tags: readonly string[]): Promise<unknown> | undefined {
    const late = [...this.#pending.values()].filter((write) =>
      write.tags.some((tag) => tags.includes(tag)),
    )
    return late.length === 0 ? undefined : Promise.all(late.map(({ done }) => done))
  }
}
