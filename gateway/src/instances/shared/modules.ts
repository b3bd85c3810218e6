import { createRequire } from 'node:module'
import { current } from './compartment.ts'
import { ownCopy } from './keyed.ts'

type Exports = Record<string, unknown>

/** The modules of the one copy of Next.js that shared apps run on. */
export class NextModules {
  readonly require: NodeJS.Require
  readonly version: string

  /** @param from a file from where `next` is resolved */
  constructor(from: string) {
    this.require = createRequire(from)
    this.version = (this.require('next/package.json') as { version: string }).version
  }

  /** Replaces a module's exports, before others ask for it. */
  replace(id: string, change: (exports: Exports) => Exports): void {
    const path = this.require.resolve(id)
    const exports = this.require(path) as Exports
    const loaded = this.require.cache[path]
    if (loaded === undefined) throw new Error(`${id} is not in the module cache`)
    loaded.exports = change(exports)
  }

  /** Loads a module anew; the cached one, and whoever holds it, stay as they are. */
  fresh(ids: readonly string[], id: string): Exports {
    const putBack = this.takeOut(ids)
    try {
      return this.require(id) as Exports
    } finally {
      putBack()
    }
  }

  /** Takes modules out of the cache, so that the next to ask loads them anew. @returns puts them back in place of those */
  takeOut(ids: readonly string[]): () => void {
    const { cache } = this.require
    const before = ids.map((id) => {
      const path = this.require.resolve(id)
      return { path, loaded: cache[path] }
    })
    for (const { path } of before) delete cache[path]
    return () => {
      for (const { path, loaded } of before) {
        unlink(cache[path])
        if (loaded === undefined) delete cache[path]
        else cache[path] = loaded
      }
    }
  }

  /**
   * Gives each compartment a copy of a small module that keeps state of its own. Others hold the exports of the
   * first copy, whose functions pass each call on.
   */
  key(id: string): void {
    this.replace(id, (original) => {
      const own = (): Exports => {
        const compartment = current()
        return compartment === undefined
          ? original
          : ownCopy(compartment, id, () => this.fresh([id], id))
      }
      return facade(original, own)
    })
  }
}

/** Whoever loads a module first lists it among its children, and keeps it alive by that. */
export function unlink(loaded: NodeJS.Module | undefined): void {
  const siblings = loaded?.parent?.children
  const place = loaded === undefined ? -1 : (siblings?.indexOf(loaded) ?? -1)
  if (place !== -1) siblings?.splice(place, 1)
}

function facade(original: Exports, own: () => Exports): Exports {
  const passing: Exports = {}
  for (const name of Object.keys(original)) {
    const isFunction = typeof original[name] === 'function'
    const call = (...args: unknown[]): unknown =>
      (own()[name] as (...all: unknown[]) => unknown)(...args)
    Object.defineProperty(passing, name, {
      enumerable: true,
      get: isFunction ? () => call : () => own()[name],
    })
  }
  return Object.defineProperty(passing, '__esModule', { value: true })
}
