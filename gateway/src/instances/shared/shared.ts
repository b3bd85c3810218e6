import { join } from 'node:path'
import type { NextAppConfig } from '../../config/config.ts'
import { servedDir } from '../../config/release.ts'
import { InstanceError } from '../../errors.ts'
import type { Logger } from '../../telemetry/logger.ts'
import { childEnv } from '../child-env.ts'
import type { Instance } from '../instance.ts'
import { INTERNAL_ORIGIN, internalFetch } from '../internal-fetch.ts'
import type { Revalidation } from '../revalidation.ts'
import { enter, entryOf, openCompartment, revoke } from './compartment.ts'
import { Folders } from './folders.ts'
import { install } from './install.ts'
import { forgetModules, loadApp } from './load-app.ts'
import type { NextModules } from './modules.ts'
import { checkNextOf, pinnedNext } from './pinned-next.ts'
import { closePatches, PATCHES } from './patches/all.ts'
import { prove } from './prove.ts'
import { SharedInstance } from './shared-instance.ts'

export interface SharedParts {
  /** Environment of the gateway, of which a few variables are passed on. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly socketFolder: string
  readonly dev: boolean
  readonly port: () => number
  readonly revalidated: (app: string, what: Revalidation) => void
  readonly logger: Logger
  /** Names of patches that are left out: only the tests that prove them do so. */
  readonly without: ReadonlySet<string>
}

/** Runs apps in the gateway's own process, each in a compartment. */
export class SharedRuntime {
  readonly #parts: SharedParts
  readonly #next: NextModules = pinnedNext()
  readonly #folders = new Folders()
  #proven: Promise<void> | undefined
  #sockets = 0

  constructor(parts: SharedParts) {
    this.#parts = parts
  }

  /** Begins with what the first app has to wait for. */
  prepare(): void {
    this.#proof().catch(() => {})
  }

  /**
   * @param signal gives the start up: what still comes up is closed
   * @throws {InstanceError} where the app cannot run in this process, or did not come up
   */
  async start(app: NextAppConfig, generation: number, signal?: AbortSignal): Promise<Instance> {
    checkNextOf(app.dir, this.#next)
    const proven = this.#proof()
    // Loads Next.js while the other process does so, too.
    this.install()
    await proven
    const loading = this.load(app, generation)
    return signal === undefined ? loading : unlessAborted(loading, signal)
  }

  /** Loads Next.js, with the patches. */
  install(): void {
    const { dev, logger, without } = this.#parts
    install(this.#next, dev, without, logger)
  }

  /** The apps of the self-test are production builds: in development nothing is proven. */
  #proof(): Promise<void> {
    return (this.#proven ??= this.#parts.dev ? Promise.resolve() : this.#prove())
  }

  /** Where patches are left out on purpose, it is only told that compartments do not hold. */
  async #prove(): Promise<void> {
    const { env, socketFolder, logger, without } = this.#parts
    try {
      const folder = join(socketFolder, 'self-test')
      await prove({ env, logger, socketFolder: folder, without: [...without] })
    } catch (error) {
      if (without.size === 0) {
        // The next start tries again.
        this.#proven = undefined
        throw error
      }
      logger.error({ event: 'shared.refuted', err: error }, 'compartments do not hold')
    }
  }

  /** Loads an app into a compartment, whether or not those were proven to hold. */
  async load(app: NextAppConfig, generation: number): Promise<SharedInstance> {
    this.install()
    const { env, port, socketFolder, revalidated, logger, without } = this.#parts
    for (const patch of PATCHES) if (!without.has(patch.name)) patch.load?.(servedDir(app))
    this.#folders.take(servedDir(app), app.id)
    // An earlier instance in this folder goes on with the modules that it has.
    forgetModules(servedDir(app), this.#next)
    const socketPath = join(socketFolder, `shared-${++this.#sockets}.sock`)
    const own = { ...childEnv(app, env), __NEXT_PRIVATE_ORIGIN: INTERNAL_ORIGIN }
    const handle = openCompartment(app.id, own, (what) => revalidated(app.id, what))
    handle.compartment.own.set('fetch', internalFetch(socketPath, globalThis.fetch))
    try {
      const loaded = await enter(entryOf(handle), loadApp, app, port(), this.#next)
      const instance = new SharedInstance(app, generation, {
        handle,
        app: loaded,
        socketPath,
        forget: () => {
          this.#forget(app)
          const { name } = instance
          logger.debug({ event: 'app.closed', app: app.id, instance: name }, 'app is closed')
        },
      })
      await instance.listen()
      return instance
    } catch (error) {
      enter(entryOf(handle), closePatches)
      revoke(handle)
      this.#forget(app)
      throw error
    }
  }

  #forget(app: NextAppConfig): void {
    const dir = servedDir(app)
    if (this.#folders.release(dir)) forgetModules(dir, this.#next)
  }
}

async function unlessAborted(
  loading: Promise<SharedInstance>,
  signal: AbortSignal,
): Promise<SharedInstance> {
  const aborted = new Promise<never>((_, reject) => {
    const stop = (): void => reject(new InstanceError('it did not come up in time'))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([loading, aborted])
  } catch (error) {
    // It cannot be broken off: it goes as soon as it has come.
    loading.then((instance) => instance.close(0)).catch(() => {})
    throw error
  }
}
