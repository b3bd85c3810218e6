import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Answer, Received } from '../http/messages.ts'
import type { Found } from '../tenants/directory.ts'
import type { TrustCheck } from '../http/trust.ts'
import type { Lookup } from './response-cache.ts'

/** One request and its answer, as it goes through the steps. */
export interface Exchange {
  readonly id: string
  readonly req: Received
  readonly res: Answer
  /** Set where the client asks for another protocol on this connection. */
  readonly upgrade: Upgrade | undefined
  /** The peer is a trusted proxy, so that what it says of its client is believed. */
  readonly trusted: boolean
  readonly scheme: 'http' | 'https'
  /** `performance.now()` at the start. */
  readonly startedAt: number
  /** The Host as it was received; set by the step `host`. */
  rawHost: string
  /** Set by the step `tenant`. */
  found: Found | undefined
  /** Who answered: `gateway`, `redirect`, or the name of the instance. */
  served: string
  /** What the cache had to do with it, where it was asked; for the log. */
  cache: 'hit' | 'stale' | 'miss' | 'pass' | undefined
  /** What the cache looked for and did not have. */
  lookup: Lookup | undefined
  /** Status with which the app answered an upgrade; 0 before. */
  upgradeStatus: number
  /** What went wrong, for the log. */
  error: unknown
}

/** The socket of an upgrade, and the bytes that came behind its head. */
export interface Upgrade {
  readonly socket: Socket
  readonly head: Buffer
}

const REQUEST_ID = /^[\w.:+/=@-]{1,128}$/

/** Opens the exchange of a request: its id, its clock, and what its peer may say. */
export function openExchange(
  req: Received,
  res: Answer,
  trust: TrustCheck,
  upgrade?: Upgrade,
): Exchange {
  const trusted = trust(req.socket.remoteAddress)
  return {
    id: (trusted && takenOver(req.headers['x-request-id'])) || randomUUID(),
    req,
    res,
    upgrade,
    trusted,
    scheme: trusted && req.headers['x-forwarded-proto'] === 'https' ? 'https' : 'http',
    startedAt: performance.now(),
    rawHost: '',
    found: undefined,
    served: 'gateway',
    cache: undefined,
    lookup: undefined,
    upgradeStatus: 0,
    error: undefined,
  }
}

function takenOver(id: string | string[] | undefined): string | undefined {
  return typeof id === 'string' && REQUEST_ID.test(id) ? id : undefined
}
