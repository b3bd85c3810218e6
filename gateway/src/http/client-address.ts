import type { Socket } from 'node:net'
import { plainAddress, readAddress, type TrustCheck } from './trust.ts'

/** Where connections come from: what a PROXY protocol header says, or the address at their other end, once it was asked for. */
const peers = new WeakMap<Socket, string>()

/** Takes an address that a trusted peer conveyed for the whole connection, in the place of its own. */
export function conveyAddress(socket: Socket, address: string): void {
  peers.set(socket, address)
}

/** Connections of trusted peers that do not say for whom they are. */
const unnamed = new WeakSet<Socket>()

/** Takes a connection whose PROXY protocol header names nobody: whatever comes over it may be a stranger's. */
export function conveyNobody(socket: Socket): void {
  unnamed.add(socket)
}

/** Whether its requests may not say who their client is, though its peer may be a trusted proxy. */
export function isUnnamed(socket: Socket): boolean {
  return unnamed.has(socket)
}

/** The address at the other end of the connection, IPv4 in its own spelling; empty where it is closed already. */
export function peerAddress(socket: Socket): string {
  const known = peers.get(socket)
  if (known !== undefined) return known
  const { remoteAddress } = socket
  if (remoteAddress === undefined) return ''
  const peer = plainAddress(remoteAddress)
  peers.set(socket, peer)
  return peer
}

/** Hops that are looked at; a longer list comes from nobody's proxies. */
const MAX_HOPS = 32

/**
 * Who asks: the peer, or for a trusted peer the first address from the right that is no trusted proxy's. An entry that is no
 * address ends the walk, as nothing left of it can be believed.
 * @param forwardedFor `X-Forwarded-For`; wins over `forwarded`
 * @param forwarded `Forwarded` (RFC 7239)
 */
export function clientAddress(
  peer: string,
  trust: TrustCheck,
  forwardedFor: string | undefined,
  forwarded: string | undefined,
): string {
  const hops = forwardedFor?.split(',') ?? (forwarded === undefined ? [] : forwardedBy(forwarded))
  let client = peer
  for (const hop of hops.slice(-MAX_HOPS).toReversed()) {
    if (!trust(client)) return client
    const address = parseNode(hop.trim())
    if (address === undefined) return client
    client = address
  }
  return client
}

/** The nodes of `for=` of each element, an empty text for an element without one (RFC 7239 §4). */
function forwardedBy(header: string): string[] {
  const elements = header.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? []
  return elements.map((element) => {
    const [, quoted, token] =
      /(?:^|;)\s*for=(?:"([^"\\]*)"|([^\s;,"]*))\s*(?:;|$)/i.exec(element) ?? []
    return quoted ?? token ?? ''
  })
}

/** An address with or without a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80` (RFC 7239 §6). */
function parseNode(node: string): string | undefined {
  const [, bracketed, v4] =
    /^(?:\[([\da-f:.]{2,45})\]|([\d.]{7,15}))(?::\d{1,5})?$/i.exec(node) ?? []
  return readAddress(v4 ?? bracketed ?? node)
}
