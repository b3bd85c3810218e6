import { createServer } from 'node:http'
import { Module } from 'node:module'
import { sep } from 'node:path'
import type { NextAppConfig } from '../../config/config.ts'
import type { CreateNext, NextApp } from '../next-app.ts'
import { keyRouterServer } from '../public-origin.ts'
import { servedDir } from '../../config/release.ts'
import { STANDALONE_CONFIG } from '../built-config.ts'
import { checkDevConfig, sharedConfig } from './app-config.ts'
import { currentOrigin } from './compartment.ts'
import { unlink, type NextModules } from './modules.ts'

const ROUTER_SERVER = 'next/dist/server/lib/router-server'
/** They keep every app that they ever started (`initializations`, `requestHandlers`): each app gets its own. */
const OWN_MODULES = [
  ROUTER_SERVER,
  'next/dist/server/lib/render-server',
  'next/dist/server/lib/start-server',
]

const PATHS = (Module as unknown as { _pathCache: Record<string, string> })._pathCache

let loading: Promise<void> = Promise.resolve()

/**
 * Prepares an app in the compartment that runs now. One at a time, as its own copies of modules stand in the cache
 * of all while it loads.
 */
export function loadApp(app: NextAppConfig, port: number, next: NextModules): Promise<NextApp> {
  const loaded = loading.then(() => prepare(app, port, next))
  loading = endOf(loaded)
  return loaded
}

/** Not what the work gives: the app that was loaded last would be held after its end. */
async function endOf(work: Promise<unknown>): Promise<void> {
  await work.catch(() => {})
}

async function prepare(app: NextAppConfig, port: number, next: NextModules): Promise<NextApp> {
  const { conf: _, httpServer: _own, turbopack, hostname, dev, quiet } = app.next
  const forget = takeOwnModules(next)
  try {
    if (!dev) process.env[STANDALONE_CONFIG] = JSON.stringify(sharedConfig(app))
    const created = (next.require('next') as CreateNext)({
      dir: servedDir(app),
      dev,
      quiet,
      hostname: hostname ?? 'localhost',
      port: app.next.port ?? port,
      httpServer: createServer(),
      ...(dev && (turbopack ? { turbopack: true } : { webpack: true })),
    })
    await created.prepare()
    if (dev) await closeUnless(checkDevConfig(app, next), created)
    return created
  } finally {
    Reflect.deleteProperty(process.env, STANDALONE_CONFIG)
    forget()
  }
}

/** An app that is refused after all does not stay. */
async function closeUnless(checked: Promise<void>, created: NextApp): Promise<void> {
  try {
    await checked
  } catch (error) {
    await created.close()
    throw error
  }
}

/** Puts fresh copies of the modules into the cache. @returns takes them out again */
function takeOwnModules(next: NextModules): () => void {
  const putBack = next.takeOut(OWN_MODULES)
  next.replace(ROUTER_SERVER, (exports) => keyRouterServer(exports, currentOrigin))
  return putBack
}

/**
 * Takes the app's modules out of the cache, out of the lists of those that loaded them, and out of what Node.js remembers of each path that
 * it has resolved (`Module._pathCache`).
 */
export function forgetModules(dir: string, next: NextModules): void {
  const { cache } = next.require
  for (const path of Object.keys(cache)) {
    if (!path.startsWith(dir + sep)) continue
    unlink(cache[path])
    delete cache[path]
  }
  for (const loaded of Object.values(cache)) {
    if (loaded === undefined) continue
    // A `next.config.ts` is compiled from a string: it has no file name, and is in no cache.
    const kept = loaded.children.filter((child) => cache[child.filename] === child)
    if (kept.length < loaded.children.length) loaded.children = kept
  }
  for (const key of Object.keys(PATHS)) if (key.includes(dir)) delete PATHS[key]
}
