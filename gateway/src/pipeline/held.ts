import type { InBag } from '../bag.ts'
import type { TenantLimits } from '../config/limits-schema.ts'
import type { Exchange } from './exchange.ts'

/** What a tenant has in flight. */
export interface Usage {
  requests: number
  upgrades: number
}

/** What an exchange takes of the limits until it ends, and how far it has come, as it was last looked at. */
export interface Held extends InBag {
  readonly exchange: Exchange
  readonly usage: Usage
  readonly limits: TenantLimits
  /** It was answered for being late, or cut off. */
  isOver: boolean
  /** Bytes from the client, and bytes to it: given to the socket, and of these not yet taken by the system. */
  read: number
  sent: number
  queued: number
  /** `performance.now()` since when the client sends nothing of what is awaited. */
  readAt: number
  /** Since when it takes nothing of what is sent. */
  sentAt: number
  /** Since when the app has had all that there is of the request. */
  askedAt: number
}

export function hold(exchange: Exchange, usage: Usage, limits: TenantLimits): Held {
  const { startedAt } = exchange
  return {
    place: 0,
    exchange,
    usage,
    limits,
    isOver: false,
    read: 0,
    sent: 0,
    queued: 0,
    readAt: startedAt,
    sentAt: startedAt,
    askedAt: startedAt,
  }
}
