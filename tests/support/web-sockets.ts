import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { connectRaw } from './http.ts'

const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='

/** The head of a request for a WebSocket. */
export function handshake(host: string, path = '/ws', more = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n${more}\r\n`
}

/** Accepts WebSockets and sends back every byte. */
export function acceptWebSockets({ app }: { app: Server }): Set<Socket> {
  const sockets = new Set<Socket>()
  app.on('upgrade', (req, socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    const accept = createHash('sha1')
      .update(`${req.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64')
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\nx-tenant: ${String(req.headers['x-tenant-id'])}\r\n\r\n`,
    )
    socket.pipe(socket)
  })
  return sockets
}

/** Asks for a WebSocket. @returns its socket and the status of the answer */
export async function openWebSocket(
  port: number,
  host: string,
  path?: string,
): Promise<{ socket: Socket; status: number; head: string }> {
  const socket = await connectRaw(port)
  socket.on('error', () => {})
  socket.write(handshake(host, path))
  const [chunk] = (await once(socket, 'data')) as [Buffer]
  const head = chunk.toString('latin1')
  return { socket, status: Number(head.slice(9, 12)), head }
}
