import type { NextModules } from '../modules.ts'

/** One thing that Next.js keeps once for a process, and how each compartment gets its own. */
export interface Patch {
  /** Name in the switch that turns one off, for the tests that prove it. */
  readonly name: string
  /** Called once, before Next's server modules load. */
  readonly install: (next: NextModules) => void
  /**
   * Called before each app loads, outside of its compartment.
   * @param dir the folder that it runs from
   * @throws {InstanceError} where the app cannot be kept apart
   */
  readonly load?: (dir: string) => void
  /** Called at the end of each app, inside of its compartment. */
  readonly close?: () => void
}
