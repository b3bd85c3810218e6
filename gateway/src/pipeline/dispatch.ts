import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { RequestError } from '../errors.ts'
import { hasBody } from '../http/body.ts'
import { noticeLeaving } from '../http/notice-leaving.ts'
import { resetConnection } from '../http/reset.ts'
import type { HandleContext, Instance } from '../instances/instance.ts'
import type { Claim } from '../lifecycle/pool.ts'
import { answerError } from './answer-error.ts'
import { atEnd, type Exchange, type Upgrade } from './exchange.ts'

/** Takes an instance of an app for one request; counted in the same tick in which it is chosen. */
export type ClaimInstance = (app: string) => Claim | Promise<Claim>

/** How long the end of an instance that refuses connections is waited for, in milliseconds. */
const END_PATIENCE = 1000

/** The limits of the time in which an app must begin to answer. */
const WAITS = new Set<string | undefined>(['responseTimeout', 'handshakeTimeout'])

/** Hands the exchange to an instance of its tenant's app, now or when the app has started. */
export function dispatch(exchange: Exchange, claim: ClaimInstance): void {
  const claimed = claim(exchange.found?.rule.tenant.app ?? '')
  if (claimed instanceof Promise) {
    whileNoticing(exchange, claimed)
      .then((held) => handOver(exchange, held, claim))
      .catch((error: unknown) => answerError(exchange, error))
  } else handOver(exchange, claimed, claim)
}

function whileNoticing<T>({ upgrade }: Exchange, waiting: Promise<T>): Promise<T> {
  return upgrade === undefined ? waiting : waiting.finally(noticeLeaving(upgrade.socket))
}

function handOver(exchange: Exchange, { instance, release }: Claim, claim: ClaimInstance): void {
  const { req, res, upgrade } = exchange
  const ended = upgrade?.socket ?? res
  if (ended.destroyed || exchange.isRefused) {
    release()
    return
  }
  atEnd(exchange, release)
  const isFirst = exchange.outcome.served !== instance.name
  exchange.outcome.served = instance.name
  const tunnel = upgrade !== undefined && takes(instance, upgrade.protocol) ? upgrade : undefined
  let isOver = false
  const fail = (error: unknown): void => {
    if (isOver || exchange.isRefused) return
    isOver = true
    // Behind the head of an answer nothing else may follow.
    if (tunnel !== undefined && exchange.upgradeStatus !== 0) {
      resetConnection(tunnel.socket)
      return
    }
    if (tunnel !== undefined && !tunnel.socket.destroyed) res.assignSocket(tunnel.socket)
    if (isFirst && neverArrived(error) && !hasBody(req)) {
      release()
      void again(exchange, instance, claim)
    } else answerError(exchange, error)
  }
  const reached = (target: string): void => void (exchange.outcome.target = target)
  const isTooLate = (): boolean => WAITS.has(exchange.outcome.limit)
  const context = { id: exchange.id, fail, reached, isTooLate }
  if (tunnel === undefined) {
    if (req.upgrade) leaveWithClient(req.socket)
    instance.handle(req, res, context)
  } else handOverSocket(exchange, tunnel, instance, context)
}

function handOverSocket(
  exchange: Exchange,
  { socket, head, protocol, timeout }: Upgrade,
  instance: Instance,
  context: HandleContext,
): void {
  const limit = 'handshakeTimeout'
  const giveUp = (): void => context.fail(new RequestError('APP_TIMEOUT', 504, { limit }))
  const timer = setTimeout(giveUp, timeout)
  atEnd(exchange, () => clearTimeout(timer))
  const upgraded = (status: number): void => {
    clearTimeout(timer)
    if (exchange.isRefused) return
    exchange.upgradeStatus = status
  }
  const { req, res } = exchange
  res.detachSocket(socket)
  instance.upgrade(req, socket, head, { ...context, upgraded, protocol, policy: res.policy })
}

/** Where an upgrade is answered as HTTP/1.1, nobody reads from its socket: the client's end would not be noticed. */
function leaveWithClient(socket: Socket): void {
  socket.once('end', () => socket.destroy()).resume()
}

function takes(instance: Instance, protocol: string): boolean {
  return instance.takes?.(protocol) ?? protocol === 'websocket'
}

/** The instance was just gone: nothing of the request reached it, so that the next one can answer it. */
async function again(exchange: Exchange, instance: Instance, claim: ClaimInstance): Promise<void> {
  const ended = Promise.race([instance.ended, delay(END_PATIENCE, undefined, { ref: false })])
  await whileNoticing(exchange, ended)
  try {
    dispatch(exchange, claim)
  } catch (error) {
    answerError(exchange, error)
  }
}

function neverArrived(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ECONNREFUSED' || code === 'ENOENT'
}
