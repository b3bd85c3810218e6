import { current } from '../compartment.ts'
import type { Patch } from './patch.ts'

/** `process.exit` of app code would end every app: it is told as an error, and does not end the gateway. */
export const processExit: Patch = {
  name: 'process-exit',
  install() {
    for (const name of ['exit', 'reallyExit', 'abort'] as const) {
      const real = Reflect.get(process, name) as (...args: unknown[]) => never
      Reflect.set(process, name, (...args: unknown[]) => {
        if (current() === undefined) return Reflect.apply(real, process, args)
        const error = new Error(
          `process.${name}(${args.join()}) was called by app code; apps of the shared runtime cannot end the process`,
        )
        console.error(error)
        throw error
      })
    }
  },
}
