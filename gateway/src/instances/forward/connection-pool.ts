import { connect, type OnReadOpts, type Socket } from 'node:net'
import { connect as connectSecurely, type ConnectionOptions } from 'node:tls'
import type { Endpoint } from '../../config/config.ts'
import { fieldOf } from '../../http/header-list.ts'
import type { AnswerHead } from './answer-parser.ts'
import { Connection, type Connect, type Owner } from './connection.ts'
import { Inboxes } from './inbox.ts'

/** Unused connections that are kept. */
const MAX_IDLE = 256
/** Milliseconds that one is kept; less where the target says so. */
const KEEP_ALIVE = 60_000
/** Milliseconds before the target's own time is over: what is sent then could meet its end. */
const MARGIN = 1000
/** Milliseconds without a byte before TCP asks whether the target is still there. */
const TCP_KEEP_ALIVE = 1000
/** `Keep-Alive: timeout=5`, in seconds. */
const HINT = /(?:^|[\s,])timeout=(\d{1,9})/i

/** The types do not know what Node.js has since 13.13. */
type SecureOptions = ConnectionOptions & { readonly onread: OnReadOpts }

export interface ConnectionPoolParts {
  readonly endpoint: Endpoint
  /** For https. */
  readonly secure?: ConnectionOptions | undefined
  /** Bytes of the head of an answer. Default: what Node.js takes. */
  readonly maxHeaderSize?: number
}

/** The connections to one target, kept for its next requests. */
export class ConnectionPool implements Owner {
  readonly inboxes: Inboxes = new Inboxes()
  readonly #parts: ConnectionPoolParts
  readonly #all = new Set<Connection>()
  /** The one that was used last is the last. */
  readonly #idle: Connection[] = []
  #sweep: NodeJS.Timeout | undefined
  #isClosed = false
  /** Of TLS: the next connection begins faster with it. */
  #session: Buffer | undefined

  constructor(parts: ConnectionPoolParts) {
    this.#parts = parts
  }

  /** A connection for one request: the one that was used last, or a new one. */
  take(): Connection {
    const now = performance.now()
    for (let kept = this.#idle.pop(); kept !== undefined; kept = this.#idle.pop()) {
      if (kept.socket.readable && !kept.socket.destroyed && now < kept.keptUntil) {
        kept.reusedSocket = true
        kept.socket.ref()
        return kept
      }
      kept.destroy()
    }
    const { secure, maxHeaderSize = 0 } = this.#parts
    const connect: Connect = (onread) => this.#connect(onread)
    const connection = new Connection(connect, secure !== undefined, maxHeaderSize, this)
    this.#all.add(connection)
    this.inboxes.limit(this.#all.size)
    return connection
  }

  free(connection: Connection, head: AnswerHead): void {
    const time = keepAliveOf(head)
    const isFull = this.#isClosed || this.#idle.length >= MAX_IDLE
    if (isFull || time <= 0 || connection.socket.destroyed) {
      connection.destroy()
      return
    }
    connection.keptUntil = performance.now() + time
    connection.socket.unref()
    this.#idle.push(connection)
    this.#sweep ??= setInterval(() => this.#endOld(performance.now()), MARGIN).unref()
  }

  closed(connection: Connection, isStale: boolean): void {
    this.#all.delete(connection)
    // Where it has forgotten one it may have forgotten all, as one that was started again: the second try needs one that is new.
    if (isStale) for (const kept of this.#idle.splice(0)) kept.destroy()
    this.inboxes.limit(this.#all.size)
    const index = this.#idle.indexOf(connection)
    if (index !== -1) this.#idle.splice(index, 1)
  }

  /** Ends all of them, with what they carry. None is kept from then on. */
  destroy(): void {
    this.#isClosed = true
    clearInterval(this.#sweep)
    for (const connection of this.#all) connection.destroy()
  }

  #endOld(now: number): void {
    for (const connection of this.#idle) if (now >= connection.keptUntil) connection.destroy()
    if (this.#idle.length > 0) return
    clearInterval(this.#sweep)
    this.#sweep = undefined
  }

  #connect(onread: OnReadOpts): Socket {
    const { endpoint, secure } = this.#parts
    const place = 'socketPath' in endpoint ? { path: endpoint.socketPath } : endpoint
    const kept = { onread, noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE }
    if (secure === undefined) return connect({ ...place, ...kept })
    const session = this.#session && { session: this.#session }
    const options: SecureOptions = { ...place, ...secure, ...session, onread }
    const socket = connectSecurely(options)
    socket.on('session', (made) => (this.#session = made))
    // It may have failed for the sake of the session.
    socket.once('close', (hadError) => {
      if (hadError) this.#session = undefined
    })
    return socket.setNoDelay(true).setKeepAlive(true, TCP_KEEP_ALIVE)
  }
}

/** Milliseconds that a connection may be kept after this answer. */
function keepAliveOf({ raw }: AnswerHead): number {
  const [, seconds] = HINT.exec(fieldOf(raw, 'keep-alive') ?? '') ?? []
  return seconds === undefined ? KEEP_ALIVE : Math.min(KEEP_ALIVE, Number(seconds) * 1000 - MARGIN)
}
