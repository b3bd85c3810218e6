import { plainAddress } from './trust.ts'

/** Groups of an IPv6 address that name its network: /64, of which a provider gives a customer one at least (RFC 6177 §2). */
const NETWORK_GROUPS = 4

/** Under which a client is counted: its IPv4 address, or the /64 of its IPv6 address. */
export function clientKey(address: string | undefined): string {
  if (address === undefined) return ''
  if (!address.includes(':')) return address
  const plain = plainAddress(address)
  return plain.includes(':') ? network(plain) : plain
}

function network(address: string): string {
  const gap = address.indexOf('::')
  const head = (gap === -1 ? address : address.slice(0, gap)).split(':')
  if (gap !== -1) {
    const tail = address.slice(gap + 2)
    const behind = tail === '' ? 0 : tail.split(':').length + (tail.includes('.') ? 1 : 0)
    const before = head[0] === '' ? 0 : head.length
    if (before === 0) head.length = 0
    for (let zeros = 8 - before - behind; zeros > 0; zeros--) head.push('0')
    if (head.length < NETWORK_GROUPS) head.push(...tail.split(':'))
  }
  return `${head.slice(0, NETWORK_GROUPS).map(shortest).join(':')}::/64`
}

function shortest(group: string): string {
  return group.replace(/^0+(?=.)/, '').toLowerCase()
}
