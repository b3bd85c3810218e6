import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AppConfig } from '../config/config.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Instance } from './instance.ts'
import { startProcess } from './process.ts'
import { Watchdog } from './watchdog.ts'

export interface ProcessStarterParts {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Read at each start, as the listener's port is not known before. */
  port(): number
  readonly maxHeaderSize: number
  readonly logger: Logger
}

/** Starts apps as child processes: owns the folder of their sockets and the watchdog over them. */
export class ProcessStarter {
  readonly #parts: ProcessStarterParts
  readonly #socketFolder: string
  readonly #watchdog: Watchdog

  private constructor(parts: ProcessStarterParts, socketFolder: string) {
    this.#parts = parts
    this.#socketFolder = socketFolder
    this.#watchdog = new Watchdog(socketFolder)
  }

  /** Makes the folder for the sockets; `mkdtemp` gives it mode 0700. */
  static async create(parts: ProcessStarterParts): Promise<ProcessStarter> {
    return new ProcessStarter(parts, await mkdtemp(join(tmpdir(), 'tenantry-')))
  }

  start(app: AppConfig, generation: number, signal: AbortSignal): Promise<Instance> {
    const { env, maxHeaderSize, logger } = this.#parts
    return startProcess(
      {
        app,
        generation,
        socketFolder: this.#socketFolder,
        env,
        port: this.#parts.port(),
        maxHeaderSize,
        watchdog: this.#watchdog,
        logger: logger.child({ app: app.id }),
      },
      signal,
    )
  }

  async close(): Promise<void> {
    this.#watchdog.close()
    await rm(this.#socketFolder, { recursive: true, force: true })
  }
}
