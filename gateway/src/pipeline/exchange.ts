import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { clientBehind } from '../http/client-address.ts'
import { peerOf } from '../http/peer.ts'
import type { TrustCheck } from '../http/trust.ts'
import type { Found } from '../tenants/directory.ts'

/** One request and its answer, as it goes through the steps. */
export interface Exchange {
  readonly id: string
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** Set where the client asks for another protocol on this connection. */
  readonly upgrade: Upgrade | undefined
  /** The peer is a trusted proxy, so that what it says of its client is believed. */
  readonly trusted: boolean
  /** Address of the connection's other end, canonical. */
  readonly peerAddress: string
  /** Address of who asks: the peer, or where it is a trusted proxy, the first from the right that is none. */
  readonly clientAddress: string
  readonly scheme: 'http' | 'https'
  /** `performance.now()` at the start. */
  readonly startedAt: number
  /** The Host as it was received; set by the step `host`. */
  rawHost: string
  /** Set by the step `tenant`. */
  found: Found | undefined
  /** Who answered: `gateway`, `redirect`, or the name of the instance. */
  served: string
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
  req: IncomingMessage,
  res: ServerResponse,
  trust: TrustCheck,
  upgrade?: Upgrade,
): Exchange {
  const { address: peerAddress, trusted } = peerOf(req.socket, trust)
  const client = trusted ? clientBehind(req.headers, peerAddress, trust) : undefined
  const proto = req.headers['x-forwarded-proto']
  const isHttps = client !== undefined && (proto === undefined ? client.isHttps : proto === 'https')
  return {
    id: (trusted && takenOver(req.headers['x-request-id'])) || randomUUID(),
    req,
    res,
    upgrade,
    trusted,
    peerAddress,
    clientAddress: client?.address ?? peerAddress,
    scheme: isHttps ? 'https' : 'http',
    startedAt: performance.now(),
    rawHost: '',
    found: undefined,
    served: 'gateway',
    upgradeStatus: 0,
    error: undefined,
  }
}

function takenOver(id: string | string[] | undefined): string | undefined {
  return typeof id === 'string' && REQUEST_ID.test(id) ? id : undefined
}
