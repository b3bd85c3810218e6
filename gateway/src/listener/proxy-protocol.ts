import { isIP, type Server, type Socket } from 'node:net'
import { conveyAddress, conveyNobody } from '../http/client-address.ts'
import { plainAddress, readAddress, type TrustCheck } from '../http/trust.ts'

/** What a header says, and how many bytes it takes; no address where it conveys none (`UNKNOWN`, `LOCAL`). */
interface ProxyHeader {
  readonly address: string | undefined
  readonly length: number
}

/** With its CRLF (PROXY protocol, section 2.1). */
const MAX_V1 = 107
/** Addresses and TLVs behind the 16 bytes of a binary header; the protocol allows 65535. */
const MAX_V2 = 4096
const V1 = Buffer.from('PROXY ')
const V2 = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')

export interface ProxyProtocolOptions {
  readonly trusts: TrustCheck
  /** Milliseconds for the header to arrive. */
  readonly timeout: number
  /** Told why a connection was closed. */
  readonly onRefused: (peer: string, reason: string) => void
}

/**
 * Makes a server expect a PROXY protocol header (version 1 or 2) in front of each connection. Only trusted proxies may connect:
 * from anyone else, and behind anything but a whole and valid header, the connection is closed without an answer.
 * @returns closes the connections whose header has not come yet
 */
export function expectProxyProtocol(server: Server, options: ProxyProtocolOptions): () => void {
  const waiting = new Set<Socket>()
  const accept = server.listeners('connection') as ((socket: Socket) => void)[]
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    const peer = plainAddress(socket.remoteAddress ?? '')
    const refuse = (reason: string): void => {
      socket.destroy()
      options.onRefused(peer, reason)
    }
    if (!options.trusts(peer)) return refuse('it is no trusted proxy')
    waiting.add(socket)
    socket.once('close', () => waiting.delete(socket))
    readHeader(socket, options.timeout, refuse, (address) => {
      waiting.delete(socket)
      if (address === undefined) conveyNobody(socket)
      else conveyAddress(socket, address)
      for (const each of accept) Reflect.apply(each, server, [socket])
    })
    return undefined
  })
  return () => {
    for (const socket of waiting) socket.destroy()
  }
}

function readHeader(
  socket: Socket,
  timeout: number,
  refuse: (reason: string) => void,
  done: (address: string | undefined) => void,
): void {
  let held = Buffer.alloc(0)
  const timer = setTimeout(() => stop('no header came in time'), timeout)
  const leave = (): void => clearTimeout(timer)
  const fail = (): void => void socket.destroy()
  const leftEarly = (): void => {
    stop(held.length === 0 ? undefined : 'it ended before its header did')
    // Without a byte it only looked whether the port is open.
    fail()
  }
  const stop = (reason?: string): void => {
    clearTimeout(timer)
    socket.off('data', read).off('end', leftEarly).off('close', leave).off('error', fail)
    if (reason !== undefined) refuse(reason)
  }
  const read = (bytes: Buffer): void => {
    held = Buffer.concat([held, bytes])
    const header = parseProxyHeader(held)
    if (header === 'more') return
    stop(header === 'bad' ? 'its header is malformed' : undefined)
    if (header === 'bad') return
    // What follows is HTTP: it goes back, to be read by whoever comes next.
    socket.pause()
    if (held.length > header.length) socket.unshift(held.subarray(header.length))
    done(header.address)
    process.nextTick(() => socket.resume())
  }
  socket.on('data', read).once('end', leftEarly).once('close', leave).on('error', fail)
}

/** Reads a header of either version. @returns `more` where it may still become one */
export function parseProxyHeader(bytes: Buffer): ProxyHeader | 'more' | 'bad' {
  if (startsAs(bytes, V2)) return bytes.length < 16 ? 'more' : parseBinary(bytes)
  if (startsAs(bytes, V1)) return parseText(bytes)
  return 'bad'
}

/** Whether the bytes are the beginning of the signature, or begin with it. */
function startsAs(bytes: Buffer, signature: Buffer): boolean {
  const length = Math.min(bytes.length, signature.length)
  return bytes.subarray(0, length).equals(signature.subarray(0, length))
}

function parseText(bytes: Buffer): ProxyHeader | 'more' | 'bad' {
  const end = bytes.subarray(0, MAX_V1).indexOf('\r\n')
  if (end === -1) return bytes.length < MAX_V1 ? 'more' : 'bad'
  const line = bytes.toString('latin1', 0, end)
  const length = end + 2
  if (/^PROXY UNKNOWN(?: [\x21-\x7e ]*)?$/.test(line)) return { address: undefined, length }
  const match = /^PROXY TCP([46]) (\S+) (\S+) (0|[1-9]\d{0,4}) (0|[1-9]\d{0,4})$/.exec(line)
  if (match === null) return 'bad'
  const [, family, source = '', target = '', ...ports] = match
  const isFamily = (address: string): boolean =>
    isIP(address) === Number(family) && !address.includes('%')
  if (!isFamily(source) || !isFamily(target) || ports.some((port) => Number(port) > 65_535))
    return 'bad'
  return { address: readAddress(source), length }
}

/** Section 2.2: version and command, family and protocol, length, addresses, TLVs. */
function parseBinary(bytes: Buffer): ProxyHeader | 'more' | 'bad' {
  const command = bytes[12]
  const family = (bytes[13] as number) >> 4
  const isStream = ((bytes[13] as number) & 0xf) <= 1
  const size = bytes.readUInt16BE(14)
  if ((command !== 0x20 && command !== 0x21) || family > 3 || !isStream || size > MAX_V2)
    return 'bad'
  const length = 16 + size
  if (bytes.length < length) return 'more'
  const needed = [0, 12, 36, 216][family] as number
  if (command === 0x20 || needed === 0 || family === 3) {
    return command === 0x21 && size < needed ? 'bad' : { address: undefined, length }
  }
  if (size < needed) return 'bad'
  const source = bytes.subarray(16, family === 1 ? 20 : 32)
  return { address: readAddress(family === 1 ? source.join('.') : groupsOf(source)), length }
}

function groupsOf(address: Buffer): string {
  return Array.from({ length: 8 }, (_, i) => address.readUInt16BE(2 * i).toString(16)).join(':')
}
