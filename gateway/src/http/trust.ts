import { BlockList, isIP, isIPv4, isIPv6, SocketAddress } from 'node:net'

/** Says whether a peer's address is one of the trusted proxies. */
export type TrustCheck = (address: string | undefined) => boolean

/** Addresses of which it is remembered whether they are in a list. */
const MAX_REMEMBERED = 1024

/** Addresses and ranges as written in `trustedProxies`, checked when the config was loaded. */
export function createTrustCheck(ranges: readonly string[]): TrustCheck {
  if (ranges.length === 0) return () => false
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  const check = (address: string): boolean => {
    const plain = plainAddress(address)
    const family = isIP(plain)
    return family !== 0 && list.check(plain, family === 6 ? 'ipv6' : 'ipv4')
  }
  const remembered = new Map<string, boolean>()
  return (address) => {
    if (address === undefined) return false
    let trusts = remembered.get(address)
    if (trusts === undefined) {
      trusts = check(address)
      // The addresses of proxies are few; a flood of others costs the next ones one check each.
      if (remembered.size >= MAX_REMEMBERED) remembered.clear()
      remembered.set(address, trusts)
    }
    return trusts
  }
}

/** An IPv4 address that came through an IPv6 socket (`::ffff:1.2.3.4`) in its own spelling. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
}

/** With an IPv4 address at its end. */
const MAX_IPV6 = 45

/** The one spelling of an address that somebody wrote (RFC 5952); undefined where it is none, or has a zone. */
export function readAddress(text: string): string | undefined {
  if (isIPv4(text)) return text
  if (text.length > MAX_IPV6 || text.includes('%') || !isIPv6(text)) return undefined
  return plainAddress(new SocketAddress({ address: text, family: 'ipv6' }).address)
}
