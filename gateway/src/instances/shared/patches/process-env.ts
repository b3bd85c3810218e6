import { syncBuiltinESMExports } from 'node:module'
import { inspect } from 'node:util'
import threads, { type WorkerOptions } from 'node:worker_threads'
import { current } from '../compartment.ts'
import type { Patch } from './patch.ts'

/**
 * `process.env`: each compartment has an environment of its own; the gateway keeps the real one.
 * Proven by `tests/security/compartments`: environment, and nearly everything else.
 */
export const processEnv: Patch = {
  name: 'process-env',
  install() {
    const real = process.env
    const env = (): Record<string, string | undefined> => current()?.env ?? real
    // Not the real one: `console.log(process.env)` looks past the handlers, and V8 asks it after each read.
    const target: Record<string, string | undefined> = {}
    const shown = { value: () => ({ ...env() }), configurable: true }
    Object.defineProperty(target, inspect.custom, shown)
    process.env = new Proxy(target, {
      get: (_, name) => env()[name as string],
      // What is set becomes text, as the real one does it.
      set: (_, name, value) => Reflect.set(env(), name, String(value)),
      has: (_, name) => Reflect.has(env(), name),
      deleteProperty: (_, name) => Reflect.deleteProperty(env(), name),
      ownKeys: () => Reflect.ownKeys(env()),
      getOwnPropertyDescriptor: (_, name) => {
        const value = env()[name as string]
        if (value === undefined) return undefined
        return { value, writable: true, enumerable: true, configurable: true }
      },
      defineProperty: (_, name, { value }) => Reflect.set(env(), name, String(value)),
    })
    keyWorkers()
  },
}

/** Where nothing else is said, or `process.env` itself, Node.js gives a worker the real one (`lib/internal/worker.js`). */
function keyWorkers(): void {
  class Worker extends threads.Worker {
    constructor(file: string | URL, options: WorkerOptions = {}) {
      const { env } = options
      const compartment = current()
      const isOwn = typeof env === 'object' && env !== process.env
      const isLeft = compartment === undefined || isOwn
      super(file, isLeft ? options : { ...options, env: { ...compartment.env } })
    }
  }
  Object.assign(threads, { Worker })
  syncBuiltinESMExports()
}
