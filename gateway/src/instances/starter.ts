import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AppConfig, NextAppConfig } from '../config/config.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Instance } from './instance.ts'
import { startProcess } from './process.ts'
import type { Revalidation } from './revalidation.ts'
import { refuseVulnerable } from './version-gate.ts'
import { SharedRuntime } from './shared/shared.ts'
import { startUpstream } from './upstream/upstream.ts'
import { Watchdog } from './watchdog.ts'

export interface StarterParts {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The gateway itself runs in development. */
  readonly dev: boolean
  /** Read at each start, as the listener's port is not known before. */
  readonly port: () => number
  readonly maxHeaderSize: number
  /** Milliseconds. */
  readonly unresponsiveAfter: number
  /** Told what an app has revalidated, before the answer to the request that did it goes on. */
  readonly revalidated: (app: string, what: Revalidation) => void
  readonly logger: Logger
  /** Compartment patches that are left out: only the tests that prove them do so. */
  readonly withoutPatches: ReadonlySet<string>
}

/** Starts instances of every runtime: owns the folder of their sockets and the watchdog over child processes. */
export class Starter {
  readonly #parts: StarterParts
  readonly #socketFolder: string
  readonly #watchdog: Watchdog
  #shared: SharedRuntime | undefined

  private constructor(parts: StarterParts, socketFolder: string) {
    this.#parts = parts
    this.#socketFolder = socketFolder
    this.#watchdog = new Watchdog(socketFolder)
  }

  /** Makes the folder for the sockets; `mkdtemp` gives it mode 0700. */
  static async create(parts: StarterParts): Promise<Starter> {
    return new Starter(parts, await mkdtemp(join(tmpdir(), 'tenantry-')))
  }

  /**
   * @throws {InstanceError} where the app's Next.js is known to be vulnerable, or it did not come up; in development the former
   * is only logged
   */
  async start(app: AppConfig, generation: number, signal: AbortSignal): Promise<Instance> {
    if (app.kind === 'upstream') {
      const { env, logger } = this.#parts
      return startUpstream(app, generation, env, logger.child({ app: app.id }))
    }
    try {
      refuseVulnerable(app)
    } catch (error) {
      if (!app.next.dev) throw error
      const { message } = error as Error
      this.#parts.logger.warn({ event: 'app.vulnerable', app: app.id }, message)
    }
    return app.runtime === 'shared'
      ? this.#startShared(app, generation, signal)
      : this.#startProcess(app, generation, signal)
  }

  /** Begins with what the first shared app has to wait for, where there is one. */
  prepare(apps: Iterable<AppConfig>): void {
    const hasShared = [...apps].some(({ runtime }) => runtime === 'shared')
    try {
      if (hasShared) this.#sharedRuntime().prepare()
    } catch {
      // Each shared app that starts is told why it cannot.
    }
  }

  async close(): Promise<void> {
    this.#watchdog.close()
    await rm(this.#socketFolder, { recursive: true, force: true })
  }

  #startProcess(app: NextAppConfig, generation: number, signal: AbortSignal): Promise<Instance> {
    const { env, maxHeaderSize, unresponsiveAfter, revalidated, logger } = this.#parts
    const parts = {
      app,
      generation,
      socketFolder: this.#socketFolder,
      env,
      port: this.#parts.port(),
      maxHeaderSize,
      unresponsiveAfter,
      watchdog: this.#watchdog,
      revalidated: (what: Revalidation) => revalidated(app.id, what),
      logger: logger.child({ app: app.id }),
    }
    return startProcess(parts, signal)
  }

  #startShared(app: NextAppConfig, generation: number, signal: AbortSignal): Promise<Instance> {
    return this.#sharedRuntime().start(app, generation, signal)
  }

  #sharedRuntime(): SharedRuntime {
    const { env, dev, port, revalidated, logger, withoutPatches } = this.#parts
    return (this.#shared ??= new SharedRuntime({
      env,
      dev,
      port,
      revalidated,
      logger,
      socketFolder: this.#socketFolder,
      without: withoutPatches,
    }))
  }
}
