import { connectRaw } from '../http.ts'
import type { Visit } from './visit.ts'
import { WrongResponse } from './visit.ts'

const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='

export function handshake(host: string, path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n\r\n`
}

/** Opens a WebSocket at `/ws`, which `proxy.ts` sends on to `target` of the upstream, and has a text sent back. */
export async function askWebSocket(visit: Visit, target: string): Promise<void> {
  const socket = await connectRaw(visit.port)
  socket.on('error', () => {})
  try {
    const echo = `echo of ${visit.n}`
    let all = ''
    socket.setEncoding('latin1').write(handshake(visit.host, '/ws'))
    for await (const chunk of socket) {
      const before = all
      all += String(chunk)
      const isOpen = all.includes('\r\n\r\n')
      if (isOpen && !before.includes('\r\n\r\n')) socket.write(echo)
      if (all.includes(echo)) break
    }
    const [head = '', said] = all.split('\r\n\r\n')
    visit.upgraded()
    if (!head.startsWith('HTTP/1.1 101') || !head.includes(`x-asked: ${target}`) || said !== echo)
      throw new WrongResponse(`${visit.twin.id} upgrade of /ws: ${all.slice(0, 400)}`)
  } finally {
    socket.destroy()
  }
}
