import { current } from '../compartment.ts'
import type { Patch } from './patch.ts'

/** `process.exit` of app code would end every app: it is told as an error, and does not end the gateway. */
export const processExit: Patch = {
  name: 'process-exit',
  install: () => {
    for (const name of ['exit', 'reallyExit', 'abort']) refuse(name, 'end the process')
  },
}

/** `process.chdir` of app code would move every app. Proven, by the tests of faults. */
export const processFolder: Patch = {
  name: 'process-folder',
  install: () => refuse('chdir', 'change the working folder, which is that of all'),
}

function refuse(name: string, what: string): void {
  const real = Reflect.get(process, name) as (...args: unknown[]) => unknown
  Reflect.set(process, name, (...args: unknown[]) => {
    if (current() === undefined) return Reflect.apply(real, process, args)
    const error = new Error(
      `process.${name}(${args.join()}) was called by app code; apps of the shared runtime cannot ${what}`,
    )
    console.error(error)
    throw error
  })
}
