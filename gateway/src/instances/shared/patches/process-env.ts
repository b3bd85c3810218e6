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
    process.env = new Proxy(real, {
      get: (_, name) => Reflect.get(env(), name) as unknown,
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
  },
}
