import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { clientAddress, isUnnamed, peerAddress } from '../http/client-address.ts'
import { clientKey } from '../http/client-key.ts'
import { IDENTITY, type Encoding } from '../http/accept-encoding.ts'
import type { Answer } from '../http/answer.ts'
import type { Received } from '../http/received.ts'
import type { Site } from '../releases/site.ts'
import type { Compressing } from './compression.ts'
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
  /** Address at the other end of the connection. */
  readonly peer: string
  /** Address of who asks: the peer's, or what trusted proxies say. */
  readonly client: string
  /** Under which it is counted. */
  readonly clientKey: string
  /** The peer is a trusted proxy, so that what it says of its client is believed. */
  readonly trusted: boolean
  readonly scheme: 'http' | 'https'
  /** `performance.now()` at the start. */
  readonly startedAt: number
  /** The Host as it was received; set by the step `host`. */
  rawHost: string
  /** Set by the step `tenant`. */
  found: Found | undefined
  /** The build that is served; set behind the step `web-socket-origin`. Undefined where nothing is known of it. */
  site: Site | undefined
  /** How answers of the app are compressed; undefined where they are not. Set with `site`. */
  compressing: Compressing | undefined
  /** The codings that the client accepts and the gateway makes, the best first. */
  encodings: readonly Encoding[]
  readonly outcome: Outcome
  /** What the cache had to do with it, where it was asked; for the log. */
  cache: 'hit' | 'stale' | 'miss' | 'pass' | undefined
  /** What the cache looked for and did not have. */
  lookup: Lookup | undefined
  /** Asked when the gateway would have to answer that the app has failed. */
  fallback: Fallback | undefined
  /** Status with which the app answered an upgrade; 0 before. */
  upgradeStatus: number
  /** The gateway itself has answered: what its app still does is of no matter. */
  isRefused: boolean
  /** Called when it has ended; use `atEnd`. */
  readonly ends: (() => void)[]
}

/** Who answered, and what went wrong: for the log, and for the limits of time. */
export interface Outcome {
  /** `gateway`, `redirect`, `static`, `cache`, or the name of the instance. */
  served: string
  /** The server that an upstream's request was sent to last. */
  target: string | undefined
  error: unknown
  /** The key of config whose limit it exceeded. */
  limit: string | undefined
}

/** The outcome of an exchange that nothing has happened to. */
export function newOutcome(): Outcome {
  return { served: 'gateway', target: undefined, error: undefined, limit: undefined }
}

/** Has something to say in the place of an app that fails. */
interface Fallback {
  /** @returns whether it answers */
  fallBack(status: number): boolean
}

/** The socket of an upgrade, and the bytes that came behind its head. */
export interface Upgrade {
  readonly socket: Socket
  readonly head: Buffer
  /** Milliseconds for the app to answer. */
  readonly timeout: number
  /** What the client wants to change to, in lower case, such as `websocket`. */
  readonly protocol: string
}

const REQUEST_ID = /^[\w.:+/=@-]{1,128}$/

/** Opens the exchange of a request: its id, its clock, and what its peer may say. */
export function openExchange(
  req: Received,
  res: Answer,
  trust: TrustCheck,
  upgrade?: Upgrade,
): Exchange {
  const { headers } = req
  const peer = peerAddress(req.socket)
  const trusted = trust(peer) && !isUnnamed(req.socket)
  const client = trusted ? clientOf(peer, trust, headers) : peer
  const ends = upgrade === undefined ? res.ends : []
  upgrade?.socket.once('close', () => {
    for (const end of ends) end()
  })
  return {
    id: (trusted && takenOver(headers['x-request-id'])) || randomUUID(),
    req,
    res,
    upgrade,
    peer,
    client,
    clientKey: clientKey(client),
    trusted,
    scheme: trusted && headers['x-forwarded-proto'] === 'https' ? 'https' : 'http',
    startedAt: performance.now(),
    rawHost: '',
    found: undefined,
    site: undefined,
    compressing: undefined,
    encodings: IDENTITY,
    outcome: newOutcome(),
    cache: undefined,
    lookup: undefined,
    fallback: undefined,
    upgradeStatus: 0,
    isRefused: false,
    ends,
  }
}

/** Calls back once when the exchange has ended in whatever way: the response, or the socket of an upgrade, is closed. */
export function atEnd({ ends }: Exchange, then: () => void): void {
  ends.push(then)
}

function clientOf(peer: string, trust: TrustCheck, headers: Received['headers']): string {
  const { 'x-forwarded-for': forwardedFor, forwarded } = headers
  return clientAddress(peer, trust, forwardedFor?.toString(), forwarded)
}

function takenOver(id: string | string[] | undefined): string | undefined {
  return typeof id === 'string' && REQUEST_ID.test(id) ? id : undefined
}
