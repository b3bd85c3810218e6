import type { Entry } from './entry.ts'

/** The place of entries whose tags are not known: any tag may be theirs. */
const UNKNOWN = Symbol('unknown')

/** The entries of one app by their cache tags, as a revalidation names those. */
export class TagIndex {
  readonly #entries = new Map<string | symbol, Set<Entry>>()

  add(entry: Entry): void {
    for (const tag of placesOf(entry)) {
      const known = this.#entries.get(tag)
      if (known === undefined) this.#entries.set(tag, new Set([entry]))
      else known.add(entry)
    }
  }

  remove(entry: Entry): void {
    for (const tag of placesOf(entry)) {
      const known = this.#entries.get(tag)
      known?.delete(entry)
      if (known?.size === 0) this.#entries.delete(tag)
    }
  }

  /** The entries that have one of the tags, or may have. */
  find(tags: readonly string[]): Set<Entry> {
    const found = new Set<Entry>(this.#entries.get(UNKNOWN))
    for (const tag of tags) {
      for (const entry of this.#entries.get(tag) ?? []) found.add(entry)
    }
    return found
  }
}

function placesOf({ tags }: Entry): Iterable<string | symbol> {
  return tags ?? [UNKNOWN]
}
