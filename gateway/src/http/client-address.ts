import type { IncomingHttpHeaders } from 'node:http'
import { isIPv4, isIPv6, SocketAddress } from 'node:net'
import { plainAddress, type TrustCheck } from './trust.ts'

/** A client as it is known: by its own connection, or by what trusted proxies say. */
export interface Client {
  /** Canonical text of an IP address, IPv4 in its own spelling; empty where the connection is gone already. */
  readonly address: string
  /** The client spoke https, as a proxy says in `Forwarded`. */
  readonly isHttps: boolean
}

/** More proxies than this one behind the other are not followed. */
const MAX_HOPS = 64

const NODE = /^(?:\[([\da-f:.]{2,45})\]|([\d.]{7,15}))(?::\d{1,5})?$/i

/** One `name=value` of a `Forwarded` element (RFC 7239 §4); quoted values hold no escapes. */
const PAIR = /^([\w!#$%&'*+.^`|~-]+)=(?:([\w!#$%&'*+.^`|~-]+)|"([^"\\]*)")$/

/**
 * The client of a request whose peer is a trusted proxy: the first address from the right of `X-Forwarded-For`, or of
 * `Forwarded` where only that is there, that is no trusted proxy itself. What cannot be read ends the walk: then the
 * client is whoever said it.
 * @param peer canonical address of the trusted proxy
 */
export function clientBehind(
  headers: IncomingHttpHeaders,
  peer: string,
  trust: TrustCheck,
): Client {
  const list = headers['x-forwarded-for']
  if (list !== undefined) return clientInList(String(list), peer, trust)
  const { forwarded } = headers
  let client: Client = { address: peer, isHttps: false }
  if (forwarded === undefined) return client
  for (const hop of hopsFromRight(forwarded)) {
    client = hop
    if (!trust(hop.address)) break
  }
  return client
}

/** The addresses of a `Forwarded` header, in its order; none to the left of what cannot be read. */
export function forwardedAddresses(forwarded: string): string[] {
  return hopsFromRight(forwarded)
    .map(({ address }) => address)
    .toReversed()
}

/** The same of an `X-Forwarded-For` header. */
export function listedAddresses(list: string): string[] {
  const all = list.split(',').map((text) => readAddress(text.trim()))
  return all.slice(all.lastIndexOf(undefined) + 1) as string[]
}

/**
 * Reads an address as proxies write it: IPv4, IPv6 with or without brackets, with or without a port.
 * @returns its canonical text, undefined for anything else
 */
export function readAddress(text: string): string | undefined {
  if (isIPv4(text)) return text
  if (text.includes('%')) return undefined
  const [, v6 = text, v4] = NODE.exec(text) ?? []
  if (v4 !== undefined) return isIPv4(v4) ? v4 : undefined
  if (!isIPv6(v6)) return undefined
  return plainAddress(new SocketAddress({ address: v6, family: 'ipv6' }).address)
}

function clientInList(list: string, peer: string, trust: TrustCheck): Client {
  let client = peer
  let end = list.length
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    const comma = end === 0 ? -1 : list.lastIndexOf(',', end - 1)
    const address = readAddress(list.slice(comma + 1, end).trim())
    if (address === undefined) break
    client = address
    if (comma === -1 || !trust(address)) break
    end = comma
  }
  return { address: client, isHttps: false }
}

function hopsFromRight(forwarded: string): Client[] {
  const hops: Client[] = []
  let end = forwarded.length
  while (hops.length < MAX_HOPS && end >= 0) {
    const comma = commaBefore(forwarded, end)
    const hop = readElement(forwarded.slice(comma + 1, end))
    if (hop === undefined) break
    hops.push(hop)
    end = comma
  }
  return hops
}

/** The comma in front of the last element; from the right, so that no quote that a stranger left open hides a proxy's word. */
function commaBefore(text: string, end: number): number {
  let isQuoted = false
  for (let i = end - 1; i >= 0; i--) {
    if (text[i] === '"') isQuoted = !isQuoted
    else if (text[i] === ',' && !isQuoted) return i
  }
  return -1
}

function readElement(element: string): Client | undefined {
  const said = new Map<string, string>()
  for (const part of element.split(';')) {
    const [, name, token, quoted = ''] = PAIR.exec(part.trim()) ?? []
    if (name === undefined || said.has(name.toLowerCase())) return undefined
    said.set(name.toLowerCase(), token ?? quoted)
  }
  const address = readAddress(said.get('for') ?? '')
  return address === undefined ? undefined : { address, isHttps: said.get('proto') === 'https' }
}
