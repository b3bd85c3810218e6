import type { NodeServer } from '../next-app.ts'
import { keyNodeServer, keyRouterServer, type Origin } from '../public-origin.ts'
import { currentRequest } from './current-request.ts'

/** Gives each request of the app the public origin of its own Host, as one app serves many hosts. */
export function installRequestOrigin(requireFromApp: NodeJS.Require, nodeServer: NodeServer): void {
  const path = requireFromApp.resolve('next/dist/server/lib/router-server')
  const original = requireFromApp(path) as Record<string, unknown>
  const loaded = requireFromApp.cache[path]
  if (loaded === undefined)
    throw new Error('the router server of Next.js is not in the module cache')
  loaded.exports = keyRouterServer(original, read)
  keyNodeServer(nodeServer, read)
}

function read(): Origin | undefined {
  return currentRequest()?.origin
}
