import { isIPv4, isIPv6 } from 'node:net'

/** A host as a request named it. */
export interface HostHeader {
  /** Canonical host: lower case, no trailing dot, no port; IPv6 in brackets. */
  readonly host: string
  /** The port that the client wrote, from 0 to 65535. */
  readonly port: number | undefined
}

const MAX_HOST = 253
const MAX_LABEL = 63

/** By byte: 1 for what a label is made of in lower case. */
const LABEL_BYTE = Uint8Array.from({ length: 128 }, (_, code) =>
  Number(/[a-z0-9_-]/.test(String.fromCharCode(code))),
)

/**
 * Reads the value of a Host header, strictly: `host[:port]` and nothing else (RFC 9110 §7.2, RFC 3986 §3.2.2).
 * User-info, paths, spaces, control bytes, percent-encoding, commas and U-labels are refused.
 * @returns undefined where the value is malformed
 */
export function parseHostHeader(raw: string): HostHeader | undefined {
  const bracket = raw.charCodeAt(0) === 0x5b ? raw.indexOf(']') : -1
  const colon = raw.indexOf(':', bracket + 1)
  const name = colon === -1 ? raw : raw.slice(0, colon)
  const port = colon === -1 ? undefined : parsePort(raw.slice(colon + 1))
  if (colon !== -1 && port === undefined) return undefined
  const written = bracket === -1 && name.endsWith('.') ? name.slice(0, -1) : name
  const host = isHostName(written) ? written : foldCase(written)
  if (host === undefined) return undefined
  return { host: bracket === -1 ? host : canonicalIPv6(host), port }
}

/** Most hosts are written in lower case: the others are read a second time. Only ASCII has a case here. */
function foldCase(name: string): string | undefined {
  const lower = name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
  return lower !== name && isHostName(lower) ? lower : undefined
}

/** Whether the text is a lower-case host name, an IPv4 address or a bracketed IPv6 address. */
export function isHostName(host: string): boolean {
  if (host.length === 0 || host.length > MAX_HOST) return false
  if (host.charCodeAt(0) === 0x5b) return host.endsWith(']') && isPlainIPv6(host.slice(1, -1))
  return areLabels(host) && (!endsInNumber(host) || isIPv4(host))
}

function parsePort(text: string): number | undefined {
  if (!/^\d{1,5}$/.test(text)) return undefined
  const port = Number(text)
  return port <= 65_535 ? port : undefined
}

function areLabels(host: string): boolean {
  let length = 0
  for (let i = 0; i < host.length; i++) {
    const code = host.charCodeAt(i)
    if (code === 0x2e) {
      if (length === 0) return false
      length = 0
    } else if (LABEL_BYTE[code] !== 1 || ++length > MAX_LABEL) return false
  }
  return length > 0
}

/** Such a host is an IPv4 address or nothing (WHATWG URL, "ends in a number"). */
function endsInNumber(host: string): boolean {
  const code = host.charCodeAt(host.length - 1)
  return code >= 0x30 && code <= 0x39 && /(?:^|\.)\d+$/.test(host)
}

function isPlainIPv6(address: string): boolean {
  return !address.includes('%') && isIPv6(address)
}

function canonicalIPv6(host: string): string {
  return new URL(`http://${host}`).hostname
}
