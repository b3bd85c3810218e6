import { current, stay } from '../compartment.ts'
import { ownCopy } from '../keyed.ts'
import type { Patch } from './patch.ts'

type Preload = () => Promise<unknown>

/** What `next/dynamic` makes of a loader, in React's `forwardRef`. */
interface Lazy {
  readonly render: { readonly preload: Preload }
}

interface Loadable {
  (options: { readonly loader: () => Promise<unknown> }): Lazy
  preloadAll(): Promise<unknown>
}

interface PagesRuntime {
  readonly vendored: { contexts: { readonly Loadable: { readonly default: Loadable } } }
}

const KEY = Symbol('lazy modules')

/**
 * Modules that pages load with `next/dynamic` (`shared/lib/loadable.shared-runtime.js`, `ALL_INITIALIZERS`, bundled into the runtimes of the Pages
 * Router): each render would load those of all apps. Check `pages-lazy`. It loads those runtimes, and so comes behind what they load.
 */
export const loadable: Patch = {
  name: 'loadable',
  install: (next) => {
    const mode = process.env['NODE_ENV'] === 'development' ? 'dev' : 'prod'
    for (const name of ['pages', 'pages-turbo']) {
      const id = `next/dist/compiled/next-server/${name}.runtime.${mode}.js`
      const { vendored } = next.require(id) as PagesRuntime
      const { contexts } = vendored
      // Apps get it from here, Next.js itself has the original.
      const value = { __esModule: true, default: keyLoadable(contexts.Loadable.default) }
      vendored.contexts = Object.create(contexts, { Loadable: { enumerable: true, value } })
    }
  },
}

function ownList(): Preload[] | undefined {
  const compartment = current()
  return compartment && ownCopy(compartment, KEY, () => [])
}

function keyLoadable(original: Loadable): Loadable {
  const loadAll = original.preloadAll.bind(original)
  original.preloadAll = async () => {
    const own = ownList()
    // The list of all is emptied: what others have in it is loaded where it belongs, and is theirs to wait for.
    const all = loadAll()
    if (own === undefined) return all
    all.catch(() => {})
    while (own.length > 0) await Promise.all(own.splice(0).map((preload) => preload()))
    return undefined
  }
  const keyed = (...[options]: Parameters<Loadable>): Lazy => {
    const lazy = original({ ...options, loader: stay(options.loader) })
    ownList()?.push(lazy.render.preload)
    return lazy
  }
  return Object.assign(keyed, original)
}
