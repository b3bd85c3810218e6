import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Socket } from 'node:net'
import type { NextAppConfig } from '../../config/config.ts'
import { hidingOptOut } from '../../http/answer-headers.ts'
import { FILL } from '../../http/internal-headers.ts'
import { Answer } from '../../http/answer.ts'
import { Received, type Around } from '../../http/received.ts'
import { answering, letGo } from '../answering.ts'
import type { HandleContext, Instance, InstanceEnd } from '../instance.ts'
import { internalFetch } from '../internal-fetch.ts'
import { probeSocket, type Probe } from '../probe.ts'
import { answerUpgrade, type NextApp } from '../next-app.ts'
import { originOf } from '../public-origin.ts'
import { enter, entryOf, revoke, type Handle } from './compartment.ts'
import { InFlight } from './in-flight.ts'
import { closePatches } from './patches/all.ts'

/** Of a response: those of the gateway come on top of those of Next.js, and no app should be warned of them. */
const MAX_LISTENERS = 30

/** An app that was prepared in its compartment. */
export interface Loaded {
  readonly handle: Handle
  readonly app: NextApp
  readonly socketPath: string
  /** Called at the end, outside of the compartment. */
  readonly forget: () => void
}

/** One app in its compartment, and the server that Next.js asks when it asks itself. */
export class SharedInstance implements Instance {
  readonly name: string
  readonly ended: Promise<InstanceEnd>
  readonly #config: NextAppConfig
  readonly #handle: Handle
  readonly #app: NextApp
  readonly #socketPath: string
  readonly #forget: () => void
  readonly #responses = new InFlight()
  readonly #upgraded = new InFlight()
  /** What Next.js asks of itself comes here. */
  readonly #inner: Server<typeof Received, typeof Answer>
  #end: ((end: InstanceEnd) => void) | undefined

  constructor(
    config: NextAppConfig,
    generation: number,
    { handle, app, socketPath, forget }: Loaded,
  ) {
    this.name = `${config.id}#${generation}`
    this.#config = config
    this.#handle = handle
    this.#app = app
    this.#socketPath = socketPath
    this.#forget = forget
    this.ended = new Promise((resolve) => (this.#end = resolve))
    this.#inner = createServer({ IncomingMessage: Received, ServerResponse: Answer }, (req, res) =>
      this.#answer(req, res, () => res.destroy()),
    )
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

  handle(req: Received, res: Answer, { id, fail }: HandleContext): void {
    // What a stranger sent must not be there for an app that reads it raw.
    req.rawHeaders = rawHeaders(req.headers)
    res.setHeader('x-request-id', id)
    // The cache reads it; nobody else is to see it.
    if (req.headers[FILL] === undefined) res.policy = hidingOptOut(res.policy)
    this.#answer(req, res, fail)
  }

  upgrade(req: IncomingMessage, socket: Socket, head: Buffer, context: HandleContext): void {
    req.rawHeaders = rawHeaders(req.headers)
    req.headers.connection = 'Upgrade'
    req.headers.upgrade = 'websocket'
    this.#upgraded.add(socket)
    const entry = entryOf(this.#handle, originOf(req, this.#config.next))
    void enter(entry, answerUpgrade, this.#app, req, socket, head, context)
  }

  probe(request: Probe): Promise<number> {
    return probeSocket(this.#socketPath, request)
  }

  /** Requests end, then what follows them (`after()`), which `app.close()` waits for; then all is forgotten. */
  async close(timeout: number): Promise<void> {
    const until = performance.now() + timeout
    this.#upgraded.destroy()
    await this.#responses.end(timeout)
    const entry = entryOf(this.#handle)
    // Whatever it does: what follows must not be left out.
    const closed = enter(entry, async () => this.#app.close()).catch((error: unknown) =>
      enter(entry, console.error, error),
    )
    const rest = Math.max(0, until - performance.now())
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, rest).unref())])
    this.#inner.close()
    this.#inner.closeAllConnections()
    enter(entry, closePatches)
    revoke(this.#handle)
    this.#forget()
    this.#end?.({ expected: true, reason: 'closed' })
  }

  #answer(req: Received, res: Answer, fail: (error: unknown) => void): void {
    const answer = answering(req, res)
    const entry = entryOf(this.#handle, originOf(req, this.#config.next), answer)
    this.#responses.add(res)
    res.once('close', () => letGo(answer))
    res.setMaxListeners(MAX_LISTENERS)
    // Sockets emit outside of the compartment: listeners of the app must run inside of it all the same.
    const around: Around = (emit) => enter(entry, emit)
    req.around = around
    res.around = around
    enter(entry, this.#app.requestHandler, req, res).catch(fail)
  }
}

function rawHeaders(headers: IncomingMessage['headers']): string[] {
  const raw: string[] = []
  for (const name in headers) {
    const value = headers[name]
    if (typeof value === 'string') raw.push(name, value)
    else for (const each of value ?? []) raw.push(name, each)
  }
  return raw
}
