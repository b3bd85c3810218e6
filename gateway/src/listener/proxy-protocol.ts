import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { readAddress } from '../http/client-address.ts'
import { readProxyHeader, type ProxySource } from '../http/proxy-header.ts'

export interface ProxyProtocolOptions {
  /** Whether a peer may say for whom it speaks. */
  trusts(address: string | undefined): boolean
  /** Milliseconds for the header to be there. */
  readonly timeout: number
  /** Told why a connection was closed. */
  refused(peer: string | undefined, reason: string): void
}

/**
 * Makes a server take connections only from trusted peers, each of which begins with a header of the PROXY protocol. Whatever
 * listens to the server learns of a connection when its header is read, and sees the address that it conveys.
 * @returns closes the connections whose header is still awaited
 */
export function requireProxyProtocol(server: Server, options: ProxyProtocolOptions): () => void {
  const awaited = new Set<Socket>()
  const emit = server.emit.bind(server) as (...args: unknown[]) => boolean
  // Node's own listener for connections is among those that are told later; the server has counted the connection already.
  server.emit = (event: string, ...args: unknown[]): boolean => {
    if (event !== 'connection') return emit(event, ...args)
    const socket = args[0] as Socket
    awaited.add(socket)
    socket.once('close', () => awaited.delete(socket))
    awaitHeader(socket, options, () => {
      awaited.delete(socket)
      emit(event, ...args)
    })
    return true
  }
  return () => {
    for (const socket of awaited) socket.destroy()
  }
}

function awaitHeader(socket: Socket, options: ProxyProtocolOptions, then: () => void): void {
  const peer = socket.remoteAddress
  let bytes = Buffer.alloc(0)
  const refuse = (reason: string): void => {
    options.refused(peer, reason)
    socket.destroy()
  }
  const onEnd = (): void => refuse('closed before its header')
  const onError = (): unknown => socket.destroy()
  const onReadable = (): void => {
    for (let chunk = readChunk(socket); chunk !== null; chunk = readChunk(socket)) {
      bytes = Buffer.concat([bytes, chunk])
    }
    const header = readProxyHeader(bytes)
    if (header === 'incomplete') return
    if (header === 'malformed') {
      refuse('malformed header')
      return
    }
    clearTimeout(timer)
    socket.off('readable', onReadable).off('end', onEnd).off('error', onError)
    if (header.source !== undefined) convey(socket, header.source)
    if (bytes.length > header.length) socket.unshift(bytes.subarray(header.length))
    then()
  }
  socket.on('error', onError)
  const timer = setTimeout(refuse, options.timeout, 'no header in time')
  socket.once('close', () => clearTimeout(timer))
  if (options.trusts(peer)) socket.on('readable', onReadable).on('end', onEnd)
  else refuse('not a trusted proxy')
}

function readChunk(socket: Socket): Buffer | null {
  return socket.read() as Buffer | null
}

/** Everything that asks the socket for its other end gets the client of the proxy. */
function convey(socket: Socket, { address, port, family }: ProxySource): void {
  Object.defineProperties(socket, {
    remoteAddress: { value: readAddress(address) },
    remotePort: { value: port },
    remoteFamily: { value: family },
  })
}
