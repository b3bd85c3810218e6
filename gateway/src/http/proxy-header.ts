import { isIPv4, isIPv6 } from 'node:net'

/**
 * What the first bytes of a connection are, by the PROXY protocol, versions 1 and 2
 * (https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt).
 */
export type ProxyHeader =
  /** More bytes are needed. */
  | 'incomplete'
  /** Not such a header, or more than is taken. */
  | 'malformed'
  | {
      /** Bytes of the header; what follows is the client's. */
      readonly length: number
      /** Whom the proxy speaks for; undefined where it speaks for itself (LOCAL) or does not know (UNKNOWN, AF_UNSPEC, AF_UNIX). */
      readonly source: ProxySource | undefined
    }

export interface ProxySource {
  readonly address: string
  readonly port: number
  readonly family: 'IPv4' | 'IPv6'
}

/** The longest header of version 1, its line break included (§2.1). */
const MAX_V1 = 107
/** The longest header of version 2 that is taken: addresses, and TLVs, which are skipped. */
const MAX_V2 = 4096

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
const V2_HEAD = 16
const PREFIX = Buffer.from('PROXY ', 'latin1')

const NUMBER = /^(?:0|[1-9]\d{0,4})$/

/** @param bytes everything that was received so far */
export function readProxyHeader(bytes: Buffer): ProxyHeader {
  if (startsAlike(bytes, SIGNATURE)) return bytes.length < V2_HEAD ? 'incomplete' : readV2(bytes)
  return startsAlike(bytes, PREFIX) ? readV1(bytes) : 'malformed'
}

function startsAlike(bytes: Buffer, start: Buffer): boolean {
  const length = Math.min(bytes.length, start.length)
  return bytes.compare(start, 0, length, 0, length) === 0
}

/** `PROXY TCP4 203.0.113.7 192.0.2.1 51234 80`, one space between the words, CR LF at the end. */
function readV1(bytes: Buffer): ProxyHeader {
  const end = bytes.subarray(0, MAX_V1).indexOf('\r\n')
  if (end === -1) return bytes.length >= MAX_V1 ? 'malformed' : 'incomplete'
  const words = bytes.toString('latin1', 0, end).split(' ')
  const length = end + 2
  const [, protocol, source = '', target = '', sourcePort, targetPort] = words
  if (protocol === 'UNKNOWN') return { length, source: undefined }
  if (protocol !== 'TCP4' && protocol !== 'TCP6') return 'malformed'
  const fits = protocol === 'TCP4' ? isIPv4 : isPlainIPv6
  const port = readPort(sourcePort)
  const isWhole = words.length === 6 && port !== undefined && readPort(targetPort) !== undefined
  if (!isWhole || !fits(source) || !fits(target)) return 'malformed'
  return {
    length,
    source: { address: source, port, family: protocol === 'TCP4' ? 'IPv4' : 'IPv6' },
  }
}

function readV2(bytes: Buffer): ProxyHeader {
  const command = bytes[12]
  const family = bytes[13]
  const rest = bytes.readUInt16BE(14)
  const length = V2_HEAD + rest
  if ((command !== 0x20 && command !== 0x21) || length > MAX_V2) return 'malformed'
  if (bytes.length < length) return 'incomplete'
  // LOCAL: the proxy's own connection, whatever else it says (§2.2).
  if (command === 0x20) return { length, source: undefined }
  switch (family) {
    case 0x00:
      return { length, source: undefined }
    case 0x11: {
      if (rest < 12) return 'malformed'
      const address = bytes.subarray(16, 20).join('.')
      return { length, source: { address, port: bytes.readUInt16BE(24), family: 'IPv4' } }
    }
    case 0x21: {
      if (rest < 36) return 'malformed'
      const address = toIPv6(bytes.subarray(16, 32))
      return { length, source: { address, port: bytes.readUInt16BE(48), family: 'IPv6' } }
    }
    case 0x31:
      return rest < 216 ? 'malformed' : { length, source: undefined }
    default:
      return 'malformed'
  }
}

function isPlainIPv6(text: string): boolean {
  return !text.includes('%') && isIPv6(text)
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined || !NUMBER.test(text)) return undefined
  const port = Number(text)
  return port <= 65_535 ? port : undefined
}

function toIPv6(bytes: Buffer): string {
  const groups: string[] = []
  for (let i = 0; i < 16; i += 2) groups.push(bytes.readUInt16BE(i).toString(16))
  return groups.join(':')
}
