import { IncomingMessage, ServerResponse, type OutgoingHttpHeaders } from 'node:http'
import type { Duplex } from 'node:stream'
import { applyPolicy, type HeaderPolicy } from './answer-headers.ts'

/** Runs the listeners of one event where they belong. */
export type Around = (emit: () => boolean) => boolean

/** A request as the gateway's own servers make it. */
export class Received extends IncomingMessage {
  /** Node.js took it for an upgrade, to whatever protocol: it reads no body, and nothing more of the connection. */
  declare readonly upgrade: boolean
  /** Set where an app must see the events of its requests inside of its own context. */
  around: Around | undefined

  override emit(name: string | symbol, ...args: unknown[]): boolean {
    const { around } = this
    if (around === undefined) return super.emit(name, ...args)
    return around(() => super.emit(name, ...args))
  }
}

/** A response as the gateway's own servers make it: it knows its times and sizes without listeners of its own. */
export class Answer extends ServerResponse<Received> {
  /** `performance.now()` when the head was written; 0 before. */
  headAt = 0
  /** `bytesWritten` of its socket when it was finished, before the next pipelined one began; -1 before. */
  bytesAt = -1
  /** Node's own: milliseconds that `Keep-Alive: timeout=` announces. */
  declare _keepAliveTimeout: number

  /** Called with the status, before the head is written. */
  beforeHead: ((status: number) => void) | undefined
  /** As in `Received`. */
  around: Around | undefined

  /** What config puts into this answer; undefined where nothing. */
  policy: HeaderPolicy | undefined

  override writeHead(...args: unknown[]): this {
    this.headAt = performance.now()
    this.beforeHead?.(args[0] as number)
    const { policy } = this
    if (policy !== undefined) {
      for (const name of policy.names) this.removeHeader(name)
      putLast(args, applyPolicy(policy, lastOf(args)))
    }
    return super.writeHead(...(args as [number]))
  }

  /** The old name in Node.js, which would go past `writeHead`. */
  writeHeader(...args: unknown[]): this {
    return this.writeHead(...args)
  }

  override emit(name: string | symbol, ...args: unknown[]): boolean {
    if (name === 'finish') this.bytesAt = this.socket?.bytesWritten ?? -1
    const { around } = this
    if (around === undefined) return super.emit(name, ...args)
    return around(() => super.emit(name, ...args))
  }
}

/** The answer that the socket is still busy with. */
export function pendingAnswer(socket: Duplex): Answer | undefined {
  return (socket as { _httpMessage?: Answer | null })._httpMessage ?? undefined
}

/** The headers among the arguments of `writeHead(status, message?, headers?)`. */
function lastOf(args: readonly unknown[]): readonly unknown[] | OutgoingHttpHeaders | undefined {
  const last = args.at(-1)
  return typeof last === 'object' && last !== null ? (last as OutgoingHttpHeaders) : undefined
}

function putLast(args: unknown[], headers: object): void {
  if (lastOf(args) === undefined) args.push(headers)
  else args[args.length - 1] = headers
}
