import { ContextStorage } from '../context-storage.ts'

/** What one app sees of everything that Next.js keeps once for a process. */
export interface Compartment {
  /** Id of the app, for the log. */
  readonly app: string
  /** The app's own `process.env`. */
  readonly env: Record<string, string>
  /** Its own copies, by the patch or the global that keys them. */
  readonly own: Map<PropertyKey, unknown>
}

/**
 * What travels with an app's work. Timers and sockets that outlive the app keep it; closing cuts it off from the compartment,
 * so that they hold no memory and see nothing.
 */
export interface Handle {
  compartment: Compartment
}

/** Work inside of a compartment: whose, and on which public origin. */
export interface Entry {
  readonly handle: Handle
  readonly hostname: string | undefined
  readonly port: number | undefined
}

/** What is left of an app after its end: nothing. */
const CLOSED: Compartment = Object.freeze({
  app: 'closed',
  env: Object.freeze({}),
  own: new Map<PropertyKey, unknown>(),
})

const entries = new ContextStorage<Entry>()

export function openCompartment(app: string, env: Record<string, string>): Handle {
  return { compartment: { app, env, own: new Map() } }
}

/** What a request enters the compartment with, again and again. */
export function entryOf(
  handle: Handle,
  origin?: { readonly hostname: string; readonly port: number },
): Entry {
  return { handle, hostname: origin?.hostname, port: origin?.port }
}

/** Runs the work, and all that follows from it, inside of the compartment. */
export function enter<T, A extends unknown[]>(
  entry: Entry,
  work: (...args: A) => T,
  ...args: A
): T {
  return entries.run(entry, work, ...args)
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

/** Cuts everything that still holds the handle off from the compartment. */
export function revoke(handle: Handle): void {
  handle.compartment = CLOSED
}
