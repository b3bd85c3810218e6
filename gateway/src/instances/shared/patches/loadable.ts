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

/** Those of one compartment. */
interface Own {
  readonly preloads: Preload[]
  isClosed: boolean
}

const KEY = Symbol('lazy modules')
const NOTHING = { default: () => null }
/** Of each runtime: empties the list of all. */
const drains: (() => Promise<unknown>)[] = []

/**
 * Modules that pages load with `next/dynamic` (`shared/lib/loadable.shared-runtime.js`, `ALL_INITIALIZERS`, bundled into the runtimes of the Pages
 * Router): each render would load those of all apps, and until then the list holds them, also those of an app that has ended. Check `pages-lazy`, and
 * the test of what lazy modules leave. It loads those runtimes, and so comes behind what they load.
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
  close: () => {
    const own = ownModules()
    if (own === undefined || own.preloads.length === 0) return
    own.isClosed = true
    // As the next render of any app would do it.
    for (const drain of drains) drain().catch(() => {})
  },
}

function ownModules(): Own | undefined {
  const compartment = current()
  return compartment && ownCopy(compartment, KEY, () => ({ preloads: [], isClosed: false }))
}

function keyLoadable(original: Loadable): Loadable {
  const loadAll = original.preloadAll.bind(original)
  drains.push(loadAll)
  original.preloadAll = async () => {
    const own = ownModules()
    // The list of all is emptied: what others have in it is loaded where it belongs, and is theirs to wait for.
    const all = loadAll()
    if (own === undefined) return all
    all.catch(() => {})
    const { preloads } = own
    while (preloads.length > 0) await Promise.all(preloads.splice(0).map((preload) => preload()))
    return undefined
  }
  const keyed = (...[options]: Parameters<Loadable>): Lazy => {
    const own = ownModules()
    const load = stay(options.loader)
    const loader = async (): Promise<unknown> => (own?.isClosed === true ? NOTHING : load())
    const lazy = original({ ...options, loader })
    own?.preloads.push(lazy.render.preload)
    return lazy
  }
  return Object.assign(keyed, original)
}
