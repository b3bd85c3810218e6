import type { Answering } from '../answering.ts'
import { ContextStorage } from '../context-storage.ts'
import type { Revalidation } from '../revalidation.ts'

/** What one app sees of everything that Next.js keeps once for a process. */
export interface Compartment {
  /** Id of the app, for the log. */
  readonly app: string
  /** The app's own `process.env`. */
  readonly env: Record<string, string>
  /** Its own copies, by the patch or the global that keys them. */
  readonly own: Map<PropertyKey, unknown>
  /** Told what the app has revalidated. */
  readonly revalidated: (what: Revalidation) => void
}

/**
 * What travels with an app's work. Timers and sockets that outlive the app keep it; closing cuts it off from the compartment,
 * so that they hold no memory and see nothing.
 */
export interface Handle {
  compartment: Compartment
}

/** Work inside of a compartment: whose, on which public origin, and for which answer. */
export interface Entry {
  readonly handle: Handle
  readonly hostname: string | undefined
  readonly port: number | undefined
  readonly answering: Answering | undefined
}

/** Late work of closed apps, which all have it, must not find what another one's left. */
class Nothing extends Map<PropertyKey, unknown> {
  override set(): this {
    return this
  }
}

/** What is left of an app after its end: nothing. */
const CLOSED: Compartment = Object.freeze({
  app: 'closed',
  env: Object.freeze({}),
  own: new Nothing(),
  revalidated: () => {},
})

const entries = new ContextStorage<Entry | undefined>()

export function openCompartment(
  app: string,
  env: Record<string, string>,
  revalidated: Compartment['revalidated'],
): Handle {
  return { compartment: { app, env, own: new Map(), revalidated } }
}

/** What a request enters the compartment with, again and again. */
export function entryOf(
  handle: Handle,
  origin?: { readonly hostname: string; readonly port: number },
  answering?: Answering,
): Entry {
  return { handle, hostname: origin?.hostname, port: origin?.port, answering }
}

/** Runs the work, and all that follows from it, inside of the compartment. */
export function enter<T, A extends unknown[]>(
  entry: Entry,
  work: (...args: A) => T,
  ...args: A
): T {
  return entries.run(entry, work, ...args)
}

/** Whenever the work is done, and whoever does it: it runs in the compartment that it is handed over in. */
export function stay<T, A extends unknown[]>(work: (...args: A) => T): (...args: A) => T {
  const entry = entries.getStore()
  return (...args) =>
    current() === entry?.handle.compartment ? work(...args) : entries.run(entry, work, ...args)
}

/** Runs the gateway's own work, where that of an app called for it. */
export function leave<T>(work: () => T): T {
  return entries.run(undefined, work)
}

/** The compartment of the work that runs now; undefined in the gateway's own. */
export function current(): Compartment | undefined {
  return entries.getStore()?.handle.compartment
}

/** The public origin of the request that is being answered now. */
export function currentOrigin():
  | { readonly hostname: string | undefined; readonly port: number | undefined }
  | undefined {
  return entries.getStore()
}

/** The answer that is being made now. */
export function currentAnswering(): Answering | undefined {
  return entries.getStore()?.answering
}

/** Whether the app has ended, whose late work this is. */
export function isClosed(compartment: Compartment): boolean {
  return compartment === CLOSED
}

/** Cuts everything that still holds the handle off from the compartment. */
export function revoke(handle: Handle): void {
  handle.compartment = CLOSED
}
