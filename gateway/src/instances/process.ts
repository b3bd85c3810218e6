import { spawn, type ChildProcess } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { NextAppConfig } from '../config/config.ts'
import { servedDir } from '../config/release.ts'
import { InstanceError } from '../errors.ts'
import type { Logger } from '../telemetry/logger.ts'
import { Channel } from './channel.ts'
import { childEnv } from './child-env.ts'
import { ConnectionPool } from './forward/connection-pool.ts'
import { forwardRequest } from './forward/request.ts'
import type { ForwardTarget } from './forward/target.ts'
import { forwardUpgrade } from './forward/upgrade.ts'
import type { HandleContext, Instance, InstanceEnd } from './instance.ts'
import { Heartbeat } from './heartbeat.ts'
import type { FromChild, ToChild } from './messages.ts'
import { logOutput } from './output.ts'
import { probeSocket, type Probe } from './probe.ts'
import { toRevalidation, type Revalidation } from './revalidation.ts'
import type { Watchdog } from './watchdog.ts'

const ENTRY = fileURLToPath(new URL('./child/main.js', import.meta.url))
/** More than the gateway takes from clients, as its own headers come on top. */
const CHILD_HEADER_ROOM = 65_536
const MEGABYTE = 1_048_576

type Started = Extract<FromChild, { type: 'ready' | 'failed' }>

export interface ProcessParts {
  readonly app: NextAppConfig
  /** From 1, counted for each app: names the instance and its socket. */
  readonly generation: number
  /** Folder with mode 0700. */
  readonly socketFolder: string
  /** Environment of the gateway, of which a few variables are passed on. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly port: number
  readonly maxHeaderSize: number
  /** Milliseconds after which a child that does not answer is ended. */
  readonly unresponsiveAfter: number
  readonly watchdog: Watchdog
  readonly revalidated: (what: Revalidation) => void
  readonly logger: Logger
}

/**
 * Starts an app in a child process of its own, reached over a Unix socket.
 * @throws {InstanceError} where it did not come up; then nothing of it is left
 */
export async function startProcess(parts: ProcessParts, signal: AbortSignal): Promise<Instance> {
  const instance = new ProcessInstance(parts)
  const stop = (): void => instance.kill('SIGKILL')
  signal.addEventListener('abort', stop, { once: true })
  try {
    await instance.ready
    return instance
  } catch (error) {
    instance.kill('SIGKILL')
    await instance.ended
    if (signal.aborted) throw new InstanceError(`${instance.name} did not start in time`)
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

class ProcessInstance implements Instance {
  readonly name: string
  readonly ready: Promise<void>
  readonly ended: Promise<InstanceEnd>
  readonly outgrown: Promise<void>
  rss: number | undefined
  readonly #child: ChildProcess
  readonly #channel: Channel<FromChild, ToChild>
  readonly #target: ForwardTarget
  readonly #socketPath: string
  #closing = false
  #heartbeat: Heartbeat | undefined
  #isStuck = false
  #maxRss = Infinity
  #outgrow: () => void = () => {}
  #start: (message: Started) => void = () => {}

  constructor(parts: ProcessParts) {
    const { app, generation, logger, watchdog, revalidated } = parts
    this.name = `${app.id}#${generation}`
    const socketPath = join(parts.socketFolder, `${app.id.slice(0, 32)}-${generation}.sock`)
    this.#socketPath = socketPath
    const maxHeaderSize = parts.maxHeaderSize + CHILD_HEADER_ROOM
    this.#target = {
      socketPath,
      connections: new ConnectionPool({ endpoint: { socketPath }, maxHeaderSize }),
      maxHeaderSize,
      revalidated,
    }
    this.#child = spawn(process.execPath, [...nodeFlags(parts), ENTRY], {
      cwd: app.dir,
      env: childEnv(app, parts.env),
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      detached: true,
    })
    const { pid, stdout, stderr } = this.#child
    const stdio = this.#child.stdio as ChildProcess['stdio'] | undefined
    this.#channel = new Channel(stdio?.[3] as Duplex | undefined, (each) => this.#receive(each))
    if (pid !== undefined) watchdog.guard(pid)
    if (stdout) logOutput(stdout, 'info', logger)
    if (stderr) logOutput(stderr, 'error', logger)
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve({ expected: false, reason: error.message }))
      this.#child.once('exit', (code, signal) => {
        if (pid !== undefined) watchdog.forget(pid)
        this.kill('SIGKILL')
        this.#target.connections.destroy()
        this.#heartbeat?.stop()
        const how = signal === null ? `exit code ${code}` : `signal ${signal}`
        const reason = this.#isStuck ? 'its event loop was stuck' : how
        resolve({ expected: this.#closing, reason })
      })
    })
    this.outgrown = new Promise((resolve) => (this.#outgrow = resolve))
    this.ready = this.#waitUntilReady(logger)
    // A debugger stops an app in development for as long as it likes.
    const watched = app.next.dev ? this.ready : this.ready.then(() => this.#watch(parts))
    watched.catch(() => {})
    this.#channel.send({
      type: 'start',
      dir: servedDir(app),
      socketPath,
      next: app.next,
      port: parts.port,
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  handle(req: IncomingMessage, res: ServerResponse, context: HandleContext): void {
    forwardRequest(req, res, this.#target, context)
  }

  upgrade(req: IncomingMessage, socket: Socket, head: Buffer, context: HandleContext): void {
    forwardUpgrade(req, socket, head, this.#target, context)
  }

  probe(request: Probe): Promise<number> {
    return probeSocket(this.#socketPath, request)
  }

  async close(timeout: number): Promise<void> {
    this.#closing = true
    this.#channel.send({ type: 'close' })
    const timer = setTimeout(() => this.kill('SIGKILL'), timeout)
    await this.ended
    clearTimeout(timer)
  }

  /** Signals the child's whole process group: bundlers start processes of their own. */
  kill(signal: NodeJS.Signals): void {
    const { pid } = this.#child
    if (pid === undefined) return
    try {
      process.kill(-pid, signal)
    } catch {
      // The group is gone already.
    }
  }

  #watch({ app, unresponsiveAfter }: ProcessParts): void {
    this.#maxRss = (app.memory.maxRss ?? Infinity) * MEGABYTE
    this.#heartbeat = new Heartbeat({
      patience: unresponsiveAfter,
      ping: () => this.#channel.send({ type: 'ping' }),
      onStuck: () => {
        this.#isStuck = true
        this.kill('SIGKILL')
      },
    })
  }

  /** App code may say anything, too. */
  #receive(message: FromChild): void {
    if (message.type === 'ready' || message.type === 'failed') this.#start(message)
    if (message.type === 'revalidated') this.#target.revalidated?.(toRevalidation(message))
    if (message.type !== 'pong' || typeof message.rss !== 'number') return
    this.#heartbeat?.pong()
    this.rss = message.rss
    if (message.rss > this.#maxRss) this.#outgrow()
  }

  async #waitUntilReady(logger: Logger): Promise<void> {
    const message = await Promise.race([
      new Promise<Started>((resolve) => (this.#start = resolve)),
      this.ended.then(({ reason }): Started => ({ type: 'failed', message: reason })),
    ])
    if (message.type === 'failed') {
      throw new InstanceError(`${this.name} failed to start: ${message.message}`)
    }
    logger.debug({ next: message.nextVersion, pid: this.#child.pid }, 'child is ready')
  }
}

function nodeFlags({ app, maxHeaderSize }: ProcessParts): string[] {
  const flags = [`--max-http-header-size=${maxHeaderSize + CHILD_HEADER_ROOM}`]
  const { maxHeap } = app.memory
  return maxHeap === undefined ? flags : [...flags, `--max-old-space-size=${maxHeap}`]
}
