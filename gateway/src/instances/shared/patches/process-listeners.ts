import { current } from '../compartment.ts'
import { ownCopy } from '../keyed.ts'
import type { Patch } from './patch.ts'

type Listener = (...args: unknown[]) => void

const LISTENERS = Symbol('listeners on process')
const ADDING = ['on', 'once', 'addListener', 'prependListener', 'prependOnceListener'] as const

/** Errors that nobody catches are the gateway's to log, once for all apps, and with the app's name. */
const UNCAUGHT = new Set<string | symbol>(['uncaughtException', 'unhandledRejection'])

/**
 * Listeners on `process`: `prepare()` adds one for each app and never removes it (`server/lib/router-server.js`). Those for
 * uncaught errors are not added; the others are counted, and removed with the app. Proven by the test of 60 apps.
 */
export const processListeners: Patch = {
  name: 'process-listeners',
  install() {
    for (const name of ADDING) {
      const add = process[name].bind(process) as (
        event: string | symbol,
        listener: Listener,
      ) => unknown
      Reflect.set(process, name, (event: string | symbol, listener: Listener) => {
        const compartment = current()
        if (compartment !== undefined && UNCAUGHT.has(event)) return process
        if (compartment !== undefined) listenersOf(compartment).push([event, listener])
        add(event, listener)
        return process
      })
    }
  },
  close() {
    const compartment = current()
    if (compartment === undefined) return
    for (const [event, listener] of listenersOf(compartment)) process.off(event, listener)
  },
}

function listenersOf(
  compartment: NonNullable<ReturnType<typeof current>>,
): [string | symbol, Listener][] {
  return ownCopy(compartment, LISTENERS, () => [])
}
