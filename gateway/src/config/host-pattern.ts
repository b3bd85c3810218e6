import { isIPv4 } from 'node:net'
import { domainToASCII } from 'node:url'
import { isHostName } from '../http/host.ts'

/** A host as a tenant's config names it. */
export interface HostPattern {
  /** `exact`: the host itself; `one`: `*.suffix`, one label; `many`: `**.suffix`, one or more. */
  readonly kind: 'exact' | 'one' | 'many'
  /** Canonical host, or the suffix behind the wildcard: lower case, A-labels, no trailing dot. */
  readonly host: string
  /** Canonical spelling of the whole pattern. */
  readonly text: string
}

const WILDCARD = /^(\*\*?)\.(.+)$/

/**
 * Reads a host of the config. U-labels become A-labels (RFC 5890), case is folded, one trailing dot goes.
 * @returns the pattern, or a string that says what is wrong and what to write instead
 */
export function parseHostPattern(text: string): HostPattern | string {
  const [, stars, suffix] = WILDCARD.exec(text) ?? []
  const name = suffix ?? text
  if (name.includes('*')) {
    return `'${text}': a wildcard stands only at the front, as *.example.com (one label) or **.example.com (one or more)`
  }
  const host = toCanonical(name)
  if (host === undefined) return `'${text}' is not a host: ${explain(name)}`
  if (stars === undefined) return { kind: 'exact', host, text: host }
  if (isAddress(host))
    return `'${text}': an address has no subdomains, write it without the wildcard`
  return { kind: stars === '*' ? 'one' : 'many', host, text: `${stars}.${host}` }
}

function toCanonical(name: string): string | undefined {
  if (/[\s\p{C}]/u.test(name)) return undefined
  const ascii = /[^!-~]/.test(name) ? domainToASCII(name) : name.toLowerCase()
  const host = ascii.endsWith('.') ? ascii.slice(0, -1) : ascii
  if (!isHostName(host)) return undefined
  return host.startsWith('[') ? new URL(`http://${host}`).hostname : host
}

function isAddress(host: string): boolean {
  return host.startsWith('[') || isIPv4(host)
}

function explain(name: string): string {
  if (name.includes('://')) return 'leave out the scheme'
  if (/:\d+$/.test(name) && !name.includes('[')) return 'leave out the port, every port is matched'
  if (name.includes('/')) return 'leave out the path'
  return 'write labels of letters, digits, hyphens and underscores, at most 63 each and 253 in all'
}
