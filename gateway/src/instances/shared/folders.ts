import { InstanceError } from '../../errors.ts'

interface Held {
  readonly app: string
  instances: number
}

/**
 * Which app runs from which folder. Modules are cached by path, so that two apps in one folder would share what their
 * modules keep, the environment that was read first among it.
 */
export class Folders {
  readonly #held = new Map<string, Held>()

  /** @throws {InstanceError} where another app runs from it */
  take(dir: string, app: string): void {
    const held = this.#held.get(dir) ?? { app, instances: 0 }
    if (held.app !== app) {
      throw new InstanceError(
        `the app ${JSON.stringify(held.app)} runs from the same folder, and shared apps need one each: copy it, or use \`runtime: process\``,
      )
    }
    held.instances++
    this.#held.set(dir, held)
  }

  /** @returns whether no instance is left that runs from it */
  release(dir: string): boolean {
    const held = this.#held.get(dir)
    if (held !== undefined && --held.instances > 0) return false
    this.#held.delete(dir)
    return true
  }
}
