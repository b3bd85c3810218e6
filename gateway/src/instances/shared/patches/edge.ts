import type { Patch } from './patch.ts'

/** Contexts of edge code, keyed by module name (`server/web/sandbox/context.js`). Checks `edge-proxy`, `edge-route`. */
export const edgeContexts: Patch = {
  name: 'edge-contexts',
  install: (next) => next.key('next/dist/server/web/sandbox/context'),
}

/**
 * Each edge context wraps `Response.redirect` of the process once more (the same file), a chain that keeps all of them
 * alive. The first wrap is enough: it only checks the URL. Proven by the test of unloading.
 */
export const edgeRedirect: Patch = {
  name: 'edge-redirect',
  install() {
    let redirect = Response.redirect.bind(Response)
    let isWrapped = false
    Object.defineProperty(Response, 'redirect', {
      configurable: true,
      get: () => redirect,
      set(wrap: typeof redirect) {
        if (isWrapped) return
        isWrapped = true
        redirect = wrap
      },
    })
  },
}
