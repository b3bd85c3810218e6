import type { IncomingMessage } from 'node:http'
import { ContextStorage } from '../context-storage.ts'
import {
  keyNodeServer,
  keyRouterServer,
  originOf,
  type FixedOrigin,
  type Origin,
} from '../public-origin.ts'

/**
 * Gives each request of the app the public origin of its own Host, as one app serves many hosts.
 * @param fixed what config fixes for all requests
 */
export function installRequestOrigin(
  requireFromApp: NodeJS.Require,
  fixed: FixedOrigin,
): { run<T>(req: IncomingMessage, work: () => T): T } {
  const current = new ContextStorage<Origin>()
  const read = (): Origin | undefined => current.getStore()
  const path = requireFromApp.resolve('next/dist/server/lib/router-server')
  const original = requireFromApp(path) as Record<string, unknown>
  const loaded = requireFromApp.cache[path]
  if (loaded === undefined)
    throw new Error('the router server of Next.js is not in the module cache')
  loaded.exports = keyRouterServer(original, read)
  const { default: NodeServer } = requireFromApp('next/dist/server/next-server') as {
    default: { prototype: object }
  }
  keyNodeServer(NodeServer, read)
  return { run: (req, work) => current.run(originOf(req, fixed), work) }
}
