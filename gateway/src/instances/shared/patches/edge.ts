import type { Patch } from './patch.ts'

/** Contexts of edge code, keyed by module name (`server/web/sandbox/context.js`). Checks `edge-proxy`, `edge-route`. */
export const edgeContexts: Patch = {
  name: 'edge-contexts',
  install: (next) => next.key('next/dist/server/web/sandbox/context'),
}

interface EdgeContext {
  readonly Response: { redirect: (...args: unknown[]) => unknown }
}
interface EdgeOptions {
  readonly extend: (context: EdgeContext) => unknown
}

/**
 * The contexts of edge code share one `Response`, and each wraps its `redirect` once more to check the URL (the same file):
 * a chain that keeps all of them alive. It is wrapped here, once for all. Proven by the test of unloading.
 */
export const edgeRedirect: Patch = {
  name: 'edge-redirect',
  install(next) {
    const { validateURL } = next.require('next/dist/server/web/utils') as {
      validateURL: (url: unknown) => string
    }
    next.replace('next/dist/compiled/edge-runtime', (original) => {
      const EdgeRuntime = original['EdgeRuntime'] as new (options: EdgeOptions) => object
      return {
        ...original,
        EdgeRuntime: class extends EdgeRuntime {
          constructor(options: EdgeOptions) {
            const extend = (context: EdgeContext): unknown => {
              keepRedirect(context.Response, validateURL)
              return options.extend(context)
            }
            super({ ...options, extend })
          }
        },
      }
    })
  },
}

function keepRedirect(
  Response: EdgeContext['Response'],
  validateURL: (url: unknown) => string,
): void {
  if (Object.getOwnPropertyDescriptor(Response, 'redirect')?.set !== undefined) return
  const original = Response.redirect.bind(Response)
  const redirect = (...args: unknown[]): unknown => {
    validateURL(args[0])
    return original(...args)
  }
  Object.defineProperty(Response, 'redirect', { get: () => redirect, set: () => {} })
}
