import { setFlagsFromString } from 'node:v8'
import type { Logger } from '../../telemetry/logger.ts'
import { installContextStorage } from '../context-storage.ts'
import { keepMiddleware } from '../kept-middleware.ts'
import { nodeServerOf } from '../next-app.ts'
import { keyNodeServer } from '../public-origin.ts'
import { currentOrigin } from './compartment.ts'
import type { NextModules } from './modules.ts'
import { logPrinted } from './output.ts'
import { PATCHES } from './patches/all.ts'
import { logUncaught } from './uncaught.ts'

/**
 * Loaded by the gateway and not by the first app that needs them: whatever loads a module first is kept alive by it.
 * The runtimes that pages are rendered with are chosen by bundler and mode.
 */
const PRELOADED = [
  'next',
  'next/dist/server/next-server',
  'next/dist/server/lib/start-server',
  'next/dist/server/lib/render-server',
]
const RUNTIMES = [
  'app-page',
  'app-page-turbo',
  'app-route',
  'app-route-turbo',
  'pages',
  'pages-turbo',
  'pages-api',
  'pages-api-turbo',
]

let installed = false

/**
 * Prepares the process for apps in compartments: once, before Next.js is loaded.
 * @param without names of patches that are left out, for the tests that prove each of them
 */
export function install(
  next: NextModules,
  dev: boolean,
  without: ReadonlySet<string>,
  logger: Logger,
): void {
  if (installed) return
  installed = true
  // V8 would keep the code of closed apps, 1.2 MB each, in case that the same text is compiled again.
  setFlagsFromString('--no-compilation-cache')
  process.env['NODE_ENV'] = dev ? 'development' : 'production'
  installContextStorage()
  logUncaught(logger)
  logPrinted(logger)
  // Gives `AsyncLocalStorage` to the modules that the patches load.
  next.require('next/dist/server/node-environment-baseline')
  for (const patch of PATCHES) if (!without.has(patch.name)) patch.install(next)
  const nodeServer = nodeServerOf(next.require)
  keyNodeServer(nodeServer, currentOrigin)
  if (!dev) keepMiddleware(nodeServer)
  for (const id of PRELOADED) next.require(id)
  for (const name of RUNTIMES) {
    const mode = dev ? 'dev' : 'prod'
    next.require(`next/dist/compiled/next-server/${name}.runtime.${mode}.js`)
  }
}
