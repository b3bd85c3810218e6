import { setTimeout as delay } from 'node:timers/promises'
import { hasBody } from '../http/body.ts'
import type { Instance } from '../instances/instance.ts'
import type { Claim } from '../lifecycle/pool.ts'
import { answerError } from './answer-error.ts'
import type { Exchange } from './exchange.ts'
import { limitHandshake } from './handshake.ts'

/** Takes an instance of an app for one request; counted in the same tick in which it is chosen. */
export type ClaimInstance = (app: string) => Claim | Promise<Claim>

/** How long the end of an instance that refuses connections is waited for, in milliseconds. */
const END_PATIENCE = 1000

/**
 * Hands the exchange to an instance of its tenant's app, now or when the app has started.
 * @param handshakeTimeout milliseconds for the app to answer an upgrade
 */
export function dispatch(exchange: Exchange, claim: ClaimInstance, handshakeTimeout: number): void {
  const claimed = claim(exchange.found?.rule.tenant.app ?? '')
  if (claimed instanceof Promise) {
    claimed
      .then((held) => handOver(exchange, held, claim, handshakeTimeout))
      .catch((error: unknown) => answerError(exchange, error))
  } else handOver(exchange, claimed, claim, handshakeTimeout)
}

function handOver(
  exchange: Exchange,
  { instance, release }: Claim,
  claim: ClaimInstance,
  handshakeTimeout: number,
): void {
  const { req, res, upgrade } = exchange
  const ended = upgrade?.socket ?? res
  if (ended.destroyed) {
    release()
    return
  }
  ended.once('close', release)
  const isFirst = exchange.served !== instance.name
  exchange.served = instance.name
  const fail = (error: unknown): void => {
    if (upgrade !== undefined && !upgrade.socket.destroyed) res.assignSocket(upgrade.socket)
    if (isFirst && neverArrived(error) && !hasBody(req)) {
      release()
      void again(exchange, instance, () => dispatch(exchange, claim, handshakeTimeout))
    } else answerError(exchange, error)
  }
  const context = {
    id: exchange.id,
    fail,
    upgraded: (status: number) => void (exchange.upgradeStatus = status),
    headerRules: exchange.found?.rule.tenant.headerRules,
  }
  if (upgrade === undefined) instance.handle(req, res, context)
  else {
    res.detachSocket(upgrade.socket)
    limitHandshake(upgrade.socket, handshakeTimeout, fail)
    instance.upgrade(req, upgrade.socket, upgrade.head, context)
  }
}

/** The instance was just gone: nothing of the request reached it, so that the next one can answer it. */
async function again(exchange: Exchange, instance: Instance, retry: () => void): Promise<void> {
  await Promise.race([instance.ended, delay(END_PATIENCE, undefined, { ref: false })])
  try {
    retry()
  } catch (error) {
    answerError(exchange, error)
  }
}

function neverArrived(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ECONNREFUSED' || code === 'ENOENT'
}
