import { current, isClosed, leave, stay, type Compartment } from '../compartment.ts'
import { ownCopy } from '../keyed.ts'
import type { Patch } from './patch.ts'

type Event = string | symbol
type Listener = (...args: unknown[]) => void
type Change = (event: Event, listener: Listener) => unknown

/** A listener of an app, and what stands for it on `process`. */
interface Added {
  readonly event: Event
  readonly listener: Listener
  readonly inside: Listener
}

const LISTENERS = Symbol('listeners on process')
/** Those that add once do for an app what these do: it forgets the listener as well. */
const ADDING = {
  on: 'on',
  addListener: 'on',
  once: 'on',
  prependListener: 'prependListener',
  prependOnceListener: 'prependListener',
} as const
const REMOVING = ['off', 'removeListener'] as const

/** Errors that nobody catches are the gateway's to log, once for all apps, and with the app's name. */
const UNCAUGHT = new Set<Event>(['uncaughtException', 'unhandledRejection'])
/** Next.js puts methods of its own over those of `process`, which would keep rejections from the ones here: they come first. */
const FILTER = 'next/dist/server/node-environment-extensions/unhandled-rejection.external'

/**
 * Listeners on `process`, such as `prepare()` adds for each app and never removes (`server/lib/router-server.js`). Those for uncaught errors
 * are not added. The others run in the compartment that added them, whoever emits, and go with it; an app can remove no other's.
 * Proven by the test of 60 apps, and by that of listeners.
 */
export const processListeners: Patch = {
  name: 'process-listeners',
  install(next) {
    next.require(FILTER)
    const real = { on: bound('on'), prependListener: bound('prependListener') }
    for (const [name, like] of Object.entries(ADDING)) {
      const isOnce = name.toLowerCase().includes('once')
      change(name, (compartment, event, listener) => {
        if (UNCAUGHT.has(event) || isClosed(compartment)) return
        const inside = add(compartment, event, listener, isOnce)
        // Node.js hands the context on in which the first listener for a signal was added.
        leave(() => real[like](event, inside))
      })
    }
    for (const name of REMOVING) {
      change(name, (compartment, event, listener) => {
        const added = addedBy(compartment)
        remove(
          compartment,
          added.findLast((each) => each.event === event && each.listener === listener),
        )
      })
    }
    change('removeAllListeners', (compartment, event) => {
      const isMeant = (each: Added): boolean => event === undefined || each.event === event
      for (const each of addedBy(compartment).filter(isMeant)) remove(compartment, each)
    })
  },
  close() {
    const compartment = current()
    if (compartment === undefined) return
    for (const each of addedBy(compartment).splice(0)) remove(compartment, each)
  },
}

/** Puts what apps do in place of a method of `process`; the gateway keeps the method. */
function change(
  name: string,
  byApp: (compartment: Compartment, event: Event, listener: Listener) => void,
): void {
  const method = bound(name)
  Reflect.set(process, name, (...args: [Event, Listener]) => {
    const compartment = current()
    if (compartment === undefined) method(...args)
    else byApp(compartment, ...args)
    return process
  })
}

function bound(name: string): Change {
  return (Reflect.get(process, name) as Change).bind(process)
}

function add(
  compartment: Compartment,
  event: Event,
  listener: Listener,
  isOnce: boolean,
): Listener {
  const inside = stay((...args: unknown[]) => {
    if (isOnce) remove(compartment, added)
    Reflect.apply(listener, process, args)
  })
  // By this name Node.js tells of a listener what it stands for.
  Object.assign(inside, { listener })
  const added: Added = { event, listener, inside }
  addedBy(compartment).push(added)
  return inside
}

function remove(compartment: Compartment, added: Added | undefined): void {
  if (added === undefined) return
  const all = addedBy(compartment)
  const place = all.indexOf(added)
  if (place !== -1) all.splice(place, 1)
  leave(() => process.off(added.event, added.inside))
}

function addedBy(compartment: Compartment): Added[] {
  return ownCopy(compartment, LISTENERS, () => [])
}
