import type { Socket } from 'node:net'
import { Bag } from '../bag.ts'
import { RequestError } from '../errors.ts'
import { hasBody } from '../http/body.ts'
import { resetConnection } from '../http/reset.ts'
import { answerError } from './answer-error.ts'
import type { Held } from './held.ts'

/** Milliseconds between two looks at what is in flight: by so much a limit of time may be overrun. */
const INTERVAL = 250

/**
 * Ends exchanges that take too long: one timer looks at all of them, as Node.js itself does for the heads of requests, so
 * that a request sets none.
 */
export class Deadlines {
  readonly #held = new Bag<Held>()
  readonly #isDevelopment: boolean
  #timer: NodeJS.Timeout | undefined

  constructor(isDevelopment: boolean) {
    this.#isDevelopment = isDevelopment
  }

  watch(held: Held): void {
    this.#held.add(held)
    this.#timer ??= setInterval(() => this.#look(performance.now()), INTERVAL).unref()
  }

  forget(held: Held): void {
    this.#held.delete(held)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #look(now: number): void {
    for (const held of this.#held) {
      measure(held, now)
      if (isStalled(held, now)) cut(held, 'stallTimeout')
      else if (!held.isOver) this.#judge(held, now)
    }
  }

  #judge(held: Held, now: number): void {
    const { exchange, limits, readAt, sentAt, askedAt } = held
    const age = now - exchange.startedAt
    if (exchange.upgradeStatus !== 0) {
      if (isOlder(limits.tunnelIdleTimeout, now - Math.max(readAt, sentAt))) {
        cut(held, 'tunnelIdleTimeout')
      }
    } else if (isReading(held) && age > limits.bodyTimeout) refuse(held, 'bodyTimeout')
    else if (isReading(held) && now - readAt > limits.bodyIdleTimeout) {
      refuse(held, 'bodyIdleTimeout')
    } else if (isOlder(limits.totalTimeout, age)) refuse(held, 'totalTimeout')
    else if (this.#isDevelopment || exchange.res.headersSent) return
    else if (isOlder(limits.responseTimeout, now - askedAt)) refuse(held, 'responseTimeout')
  }
}

/** Looks how far the exchange has come. */
function measure(held: Held, now: number): void {
  const { exchange } = held
  const socket = exchange.upgrade?.socket ?? exchange.req.socket
  const { bytesRead } = socket
  const isTunnel = exchange.upgradeStatus !== 0
  // What lies here unread waits for the app and not for the client.
  const isAwaited = isTunnel || (isReading(held) && exchange.req.readableLength === 0)
  if (bytesRead !== held.read || !isAwaited) held.readAt = now
  held.read = bytesRead
  if (exchange.outcome.served === 'gateway' || (isAwaited && !isTunnel)) held.askedAt = now
  const sent = socket.bytesWritten - socket.writableLength
  const queued = queueSize(socket)
  const isSending = queued > 0 || socket.writableLength > 0
  const hasMoved = sent !== held.sent || queued !== held.queued
  if (hasMoved || !(isSending || isTunnel)) held.sentAt = now
  held.sent = sent
  held.queued = queued
}

/** The body is not complete. */
function isReading({ exchange: { req } }: Held): boolean {
  return !req.complete && hasBody(req)
}

/** Something is to be sent, and the client has taken nothing of it for too long. */
function isStalled({ exchange, limits, queued, sentAt }: Held, now: number): boolean {
  const socket = exchange.upgrade?.socket ?? exchange.req.socket
  return (queued > 0 || socket.writableLength > 0) && now - sentAt > limits.stallTimeout
}

/** Bytes that were given to the system and that it has not taken; Node's own timeout of sockets looks at them as well. */
function queueSize(socket: Socket): number {
  const { _handle } = socket as { _handle?: { writeQueueSize?: number } | null }
  return _handle?.writeQueueSize ?? 0
}

function isOlder(limit: number | false, age: number): boolean {
  return limit !== false && age > limit
}

/** Answers with 408 where the client is late, with 504 where the app is. */
function refuse(held: Held, limit: string): void {
  const { exchange } = held
  const { upgrade, res } = exchange
  held.isOver = true
  if (upgrade !== undefined && res.socket === null && !upgrade.socket.destroyed) {
    res.assignSocket(upgrade.socket)
  }
  const error = limit.startsWith('body')
    ? new RequestError('REQUEST_TIMEOUT', 408, { close: true, limit })
    : new RequestError('APP_TIMEOUT', 504, { close: true, limit })
  answerError(exchange, error)
}

/** Frees at once what is queued for a client that does not read. */
function cut(held: Held, limit: string): void {
  const { exchange } = held
  held.isOver = true
  exchange.outcome.limit ??= limit
  const socket = exchange.upgrade?.socket ?? exchange.req.socket
  resetConnection(socket)
}
