import type { Patch } from './patch.ts'

type AddListener = (type: string, listener: unknown) => void

interface EdgeRuntime {
  readonly context: { addEventListener: AddListener }
}

/** Of errors that nobody catches. */
const UNCAUGHT = new Set(['error', 'unhandledrejection'])

/**
 * What edge code listens to beside requests: the newest context's listeners for uncaught errors stand for those of all, and keep it and its
 * app alive (`next/dist/compiled/edge-runtime`). They are the gateway's to log. Proven by the test of what an app with an edge route leaves.
 */
export const edgeListeners: Patch = {
  name: 'edge-listeners',
  install(next) {
    next.replace('next/dist/compiled/edge-runtime', (original) => {
      const Runtime = original['EdgeRuntime'] as new (...args: unknown[]) => EdgeRuntime
      return {
        ...original,
        EdgeRuntime: class extends Runtime {
          constructor(...args: unknown[]) {
            super(...args)
            const add = this.context.addEventListener
            this.context.addEventListener = (type, listener) => {
              if (!UNCAUGHT.has(String(type).toLowerCase())) add(type, listener)
            }
          }
        },
      }
    })
  },
}
