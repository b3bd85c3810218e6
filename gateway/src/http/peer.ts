import type { Socket } from 'node:net'
import { plainAddress, type TrustCheck } from './trust.ts'

/** The other end of a connection. */
export interface Peer {
  /** Canonical text; empty where the connection was gone before it was asked. */
  readonly address: string
  /** It is a trusted proxy, so that what it says of its client is believed. */
  readonly trusted: boolean
  /** Who said so: a reload brings another check. */
  readonly trust: TrustCheck
}

const PEER = Symbol('peer')

/** Worked out once for a connection, and again after a reload. */
export function peerOf(socket: Socket & { [PEER]?: Peer }, trust: TrustCheck): Peer {
  const known = socket[PEER]
  if (known !== undefined && known.trust === trust) return known
  // The zone of a link-local address says which interface of ours it is.
  const address = plainAddress(socket.remoteAddress ?? '').replace(/%.*$/, '')
  const peer: Peer = { address, trusted: trust(address), trust }
  socket[PEER] = peer
  return peer
}
