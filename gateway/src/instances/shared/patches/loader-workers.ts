import type { Patch } from './patch.ts'

type Run = (...args: unknown[]) => Promise<void>

/**
 * Turbopack's workers for loaders, in development: each app registers the same function, which serves all of them, and from the second one on
 * that fails (`build/swc/loaderWorkerPool.js`). Proven by the test of twins in development.
 */
export const loaderWorkers: Patch = {
  name: 'loader-workers',
  install(next) {
    next.replace('next/dist/build/swc/loaderWorkerPool', ({ runLoaderWorkerPool }) => {
      let registered: Promise<void> | undefined
      const once: Run = (...args) => (registered ??= (runLoaderWorkerPool as Run)(...args))
      return { runLoaderWorkerPool: once }
    })
  },
}
