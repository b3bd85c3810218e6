import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import type { AppConfig } from '../../config/config.ts'
import { InstanceError } from '../../errors.ts'
import type { Logger } from '../../telemetry/logger.ts'
import { childEnv } from '../child-env.ts'
import { gatherWrites } from '../gather.ts'
import type { HandleContext, Instance, InstanceEnd } from '../instance.ts'
import { INTERNAL_ORIGIN, internalFetch } from '../internal-fetch.ts'
import { answerUpgrade, type NextApp } from '../next-app.ts'
import { originOf } from '../public-origin.ts'
import { enter, openCompartment, revoke, type Handle } from './compartment.ts'
import { install } from './install.ts'
import { forgetModules, loadApp } from './load-app.ts'
import type { NextModules } from './modules.ts'
import { removeListeners } from './patches/process-listeners.ts'
import { checkNextOf, pinnedNext } from './pinned-next.ts'
import { proveCompartments } from './self-test.ts'

export interface SharedParts {
  /** Environment of the gateway, of which a few variables are passed on. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly socketFolder: string
  readonly dev: boolean
  readonly port: () => number
  readonly logger: Logger
  /** Names of patches that are left out: only the tests that prove them do so. */
  readonly without: ReadonlySet<string>
}

/** Runs apps in the gateway's own process, each in a compartment. */
export class SharedRuntime {
  readonly #parts: SharedParts
  readonly #next: NextModules = pinnedNext()
  #proven: Promise<void> | undefined

  constructor(parts: SharedParts) {
    this.#parts = parts
  }

  /** @throws {InstanceError} where the app cannot run in this process, or did not come up */
  async start(app: AppConfig, generation: number): Promise<Instance> {
    const { dev, logger, without } = this.#parts
    checkNextOf(app.dir, this.#next)
    if (app.next.dev !== dev) {
      throw new InstanceError(
        `next.dev of this app differs from the gateway's mode, and Next.js has one mode for a process: use \`runtime: process\``,
      )
    }
    install(this.#next, dev, without, logger)
    // The fixtures are production builds; a patch that is left out on purpose is not to be found here.
    if (!dev && without.size === 0) {
      this.#proven ??= proveCompartments((fixture) => this.#load(fixture, 0), this.#parts)
      await this.#proven
    }
    return this.#load(app, generation)
  }

  async #load(app: AppConfig, generation: number): Promise<SharedInstance> {
    const { env, port, socketFolder } = this.#parts
    const socketPath = join(socketFolder, `${app.id.slice(0, 32)}-${generation}.sock`)
    const handle = openCompartment(app.id, {
      ...childEnv(app, env),
      __NEXT_PRIVATE_ORIGIN: INTERNAL_ORIGIN,
    })
    handle.compartment.own.set('fetch', internalFetch(socketPath, globalThis.fetch))
    try {
      const loaded = await enter(handle, () => loadApp(app, port(), this.#next))
      const instance = new SharedInstance(app, generation, {
        handle,
        app: loaded,
        next: this.#next,
        socketPath,
      })
      await instance.listen()
      return instance
    } catch (error) {
      forgetModules(app.dir, this.#next)
      revoke(handle)
      throw error
    }
  }
}

/** An app that was prepared in its compartment. */
interface Loaded {
  readonly handle: Handle
  readonly app: NextApp
  readonly next: NextModules
  readonly socketPath: string
}

class SharedInstance implements Instance {
  readonly name: string
  readonly ended: Promise<InstanceEnd>
  readonly #config: AppConfig
  readonly #handle: Handle
  readonly #app: NextApp
  readonly #next: NextModules
  readonly #socketPath: string
  /** What Next.js asks of itself comes here. */
  readonly #inner: Server
  #end: ((end: InstanceEnd) => void) | undefined

  constructor(config: AppConfig, generation: number, { handle, app, next, socketPath }: Loaded) {
    this.name = `${config.id}#${generation}`
    this.#config = config
    this.#handle = handle
    this.#app = app
    this.#next = next
    this.#socketPath = socketPath
    this.ended = new Promise((resolve) => (this.#end = resolve))
    this.#inner = createServer((req, res) => this.#answer(req, res, () => res.destroy()))
  }

  /** Asks the app as Next.js itself does. */
  get ask(): typeof fetch {
    return internalFetch(this.#socketPath, fetch)
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#inner.once('error', reject).listen(this.#socketPath, resolve)
    })
  }

  handle(req: IncomingMessage, res: ServerResponse, { id, fail }: HandleContext): void {
    // What a stranger sent must not be there for an app that reads it raw.
    req.rawHeaders = rawHeaders(req.headers)
    res.setHeader('x-request-id', id)
    gatherWrites(res)
    this.#answer(req, res, fail)
  }

  upgrade(req: IncomingMessage, socket: Socket, head: Buffer, { upgraded }: HandleContext): void {
    req.headers.connection = 'Upgrade'
    req.headers.upgrade = 'websocket'
    enter(
      this.#handle,
      () => void answerUpgrade(this.#app, req, socket, head).then(upgraded),
      originOf(req, this.#config.next),
    )
  }

  /** Requests have ended before: what follows them (`after()`) is waited for, then all is forgotten. */
  async close(timeout: number): Promise<void> {
    const closed = enter(this.#handle, () => this.#app.close())
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, timeout).unref())])
    this.#inner.close()
    this.#inner.closeAllConnections()
    enter(this.#handle, removeListeners)
    forgetModules(this.#config.dir, this.#next)
    revoke(this.#handle)
    this.#end?.({ expected: true, reason: 'closed' })
  }

  #answer(req: IncomingMessage, res: ServerResponse, fail: (error: unknown) => void): void {
    const origin = originOf(req, this.#config.next)
    keepInside(req, this.#handle, origin)
    keepInside(res, this.#handle, origin)
    void enter(this.#handle, () => this.#app.requestHandler(req, res).catch(fail), origin)
  }
}

/** Sockets emit outside of the compartment: listeners of the app must run inside of it all the same. */
function keepInside(
  emitter: IncomingMessage | ServerResponse,
  handle: Handle,
  origin: ReturnType<typeof originOf>,
): void {
  const emit = emitter.emit.bind(emitter) as (...args: unknown[]) => boolean
  emitter.emit = (...args: unknown[]) => enter(handle, () => emit(...args), origin)
}

function rawHeaders(headers: IncomingMessage['headers']): string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    Array.isArray(value) ? value.flatMap((each) => [name, each]) : [name, value ?? ''],
  )
}
