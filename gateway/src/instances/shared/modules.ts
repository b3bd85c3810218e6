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
    const { cache } = this.require
    const paths = ids.map((each) => this.require.resolve(each))
    const before = paths.map((path) => cache[path])
    for (const path of paths) delete cache[path]
    try {
      return this.require(id) as Exports
    } finally {
      paths.forEach((path, i) => {
        const loaded = before[i]
        if (loaded === undefined) delete cache[path]
        else cache[path] = loaded
      })
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
