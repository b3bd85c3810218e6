/** Of Next's server, each a pure function of the build (`server/next-server.js`). */
const ASKED = ['getMiddlewareManifest', 'loadNodeMiddleware', 'getMiddleware'] as const

type NodeServer = Record<string, ((...args: unknown[]) => unknown) | undefined>

/**
 * In production a server has one build all its life, and yet Next.js asks it ten times a request whether there is a `proxy.ts`, by way of
 * `require` and paths that are joined anew. Each server keeps what it found the first time.
 */
export function keepMiddleware({ prototype }: { readonly prototype: object }): void {
  for (const name of ASKED) keepResult(prototype as NodeServer, name)
}

function keepResult(prototype: NodeServer, name: string): void {
  const find = prototype[name]
  if (find === undefined) return
  prototype[name] = function (this: NodeServer) {
    const found = find.call(this)
    this[name] = () => found
    // What failed is tried again.
    if (found instanceof Promise) found.catch(() => delete this[name])
    return found
  }
}
