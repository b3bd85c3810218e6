import type { IncomingHttpHeaders } from 'node:http'
import { LRUCache } from 'lru-cache'
import type { Entry, Representation } from './entry.ts'
import { variantKey } from './vary.ts'

/** All that is stored of one URL: an entry for each combination of the fields that they depend on. */
export interface Resource {
  readonly key: string
  /** What a purge names (`plainPath`). */
  readonly path: string
  readonly vary: readonly string[]
  readonly variants: Map<string, Entry>
  readonly shelf: Shelf
  bytes: number
}

/** What objects, maps and strings take beside their content, in bytes: each above what 20,000 small entries took on Node.js 20. */
const RESOURCE_BYTES = 600
const ENTRY_BYTES = 1400
const REPRESENTATION_BYTES = 400
const STRING_BYTES = 32
const TAG_BYTES = 320

export interface Total {
  bytes: number
}

/** What is stored for one tenant: the resources in the order of their last use, and what they count for. */
export class Shelf {
  readonly maxBytes: number
  bytes = 0
  readonly #resources: LRUCache<string, Resource>
  readonly #total: Total
  readonly #onGone: (entry: Entry) => void

  /**
   * @param maxBytes that it may have, however much room there is
   * @param total what all shelves count for together
   * @param onGone told of each entry that is stored no more
   */
  constructor(maxBytes: number, total: Total, onGone: (entry: Entry) => void) {
    this.maxBytes = maxBytes
    this.#total = total
    this.#onGone = onGone
    // The bounds are those of the store; lru-cache wants to be told of one.
    this.#resources = new LRUCache({
      maxSize: Number.MAX_SAFE_INTEGER,
      sizeCalculation: () => 1,
      dispose: (resource) => this.#dispose(resource),
    })
  }

  get count(): number {
    return this.#resources.size
  }

  find(key: string): Resource | undefined {
    return this.#resources.get(key)
  }

  /** Puts an entry in the place of what is stored for the same request. */
  put(key: string, path: string, asked: IncomingHttpHeaders, entry: Entry, limits: Limits): void {
    const resource = this.#resourceFor(key, path, limits.vary)
    const variant = variantKey(resource.vary, asked)
    const before = resource.variants.get(variant)
    if (before !== undefined) this.#drop(before, variant)
    const [oldest] = resource.variants.keys()
    if (oldest !== undefined && resource.variants.size >= limits.maxVariants) {
      this.#drop(resource.variants.get(oldest) as Entry, oldest)
    }
    resource.variants.set(variant, entry)
    entry.resource = resource
    this.#count(entry, sizeOf(entry) + variant.length)
  }

  /** Counts another coding of an entry that is stored. */
  grow(entry: Entry, { body, head }: Representation): void {
    if (entry.resource !== undefined) this.#count(entry, body.length + headBytes(head))
  }

  remove(entry: Entry): void {
    const { resource } = entry
    if (resource === undefined) return
    for (const [variant, each] of resource.variants) {
      if (each === entry) this.#drop(entry, variant)
    }
    if (resource.variants.size === 0) this.#resources.delete(resource.key)
  }

  /** @returns how many entries went */
  removeResource(key: string): number {
    const count = this.#resources.peek(key)?.variants.size ?? 0
    this.#resources.delete(key)
    return count
  }

  /** Drops what was used longest ago, until no more than so many bytes are left. */
  shrink(bytes: number): void {
    while (this.bytes > bytes && this.#resources.pop() !== undefined);
  }

  /** @returns how many entries went */
  clear(): number {
    const count = this.entries().length
    this.#resources.clear()
    return count
  }

  entries(): Entry[] {
    return [...this.#resources.values()].flatMap(({ variants }) => [...variants.values()])
  }

  /** Entries whose `Vary` differ have one key all the same: it holds the fields of all of them. */
  #resourceFor(key: string, path: string, vary: readonly string[]): Resource {
    const known = this.#resources.peek(key)
    if (known !== undefined && vary.every((name) => known.vary.includes(name))) return known
    this.#resources.delete(key)
    const names = known === undefined ? vary : [...new Set([...known.vary, ...vary])].toSorted()
    const bytes = RESOURCE_BYTES + key.length + path.length
    const resource = { key, path, vary: names, variants: new Map(), shelf: this, bytes }
    this.#resources.set(key, resource)
    this.#add(bytes)
    return resource
  }

  #drop(entry: Entry, variant: string): void {
    const { resource } = entry
    resource?.variants.delete(variant)
    this.#count(entry, -entry.bytes)
    this.#gone(entry)
  }

  #dispose(resource: Resource): void {
    this.#add(-resource.bytes)
    for (const entry of resource.variants.values()) this.#gone(entry)
    resource.variants.clear()
  }

  #gone(entry: Entry): void {
    this.#onGone(entry)
    entry.resource = undefined
  }

  #count(entry: Entry, bytes: number): void {
    entry.bytes += bytes
    if (entry.resource !== undefined) entry.resource.bytes += bytes
    this.#add(bytes)
  }

  #add(bytes: number): void {
    this.bytes += bytes
    this.#total.bytes += bytes
  }
}

export interface Limits {
  readonly vary: readonly string[]
  readonly maxVariants: number
}

/**
 * Makes shelves fit into so many bytes together. What a tenant does not use of its share is the others'; whoever has more than the
 * share that is left loses what it has used longest ago, and nobody else loses anything.
 */
export function shrinkFairly(shelves: Iterable<Shelf>, bytes: number): void {
  const sorted = [...shelves].toSorted((a, b) => a.bytes - b.bytes)
  let room = bytes
  for (const [index, shelf] of sorted.entries()) {
    const share = room / (sorted.length - index)
    shelf.shrink(share)
    room -= shelf.bytes
  }
}

function sizeOf({ identity, tags }: Entry): number {
  const tagged = (tags ?? ['']).reduce((sum, tag) => sum + tag.length + TAG_BYTES, 0)
  return ENTRY_BYTES + identity.body.length + headBytes(identity.head) + tagged
}

/** As pairs, and as lines once it was given. */
function headBytes(head: readonly string[]): number {
  return head.reduce((sum, text) => sum + 2 * text.length + STRING_BYTES, REPRESENTATION_BYTES)
}
