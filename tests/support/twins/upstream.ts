import { createHash } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** What all twins fetch from: one URL for all, which answers each with the mark that it sent as a trace header. */
export interface Upstream extends AsyncDisposable {
  readonly origin: string
  /** The mark with which `after()` of this request called; waits for it. */
  after(n: string): Promise<string>
  /** Waits until this request asks `/held`. @returns answers it */
  held(n: string): Promise<() => void>
}

const PATIENCE = 20_000

export async function startUpstream(): Promise<Upstream> {
  const marks = new Map<string, string>()
  const waiting = new Map<string, (mark: string) => void>()
  const held = new EventEmitter()
  const sockets = new Set<Socket>()
  let count = 0
  const server = createServer((req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? '/', 'http://upstream')
    const n = searchParams.get('n') ?? ''
    if (pathname === '/after') {
      const mark = searchParams.get('mark') ?? ''
      marks.set(n, mark)
      waiting.get(n)?.(mark)
    }
    const mark = /mark=(\w+)/.exec(String(req.headers['tracestate']))?.[1]
    res.setHeader('content-type', 'application/json')
    const answer = (): void => void res.end(JSON.stringify({ mark, count: ++count }))
    if (pathname !== '/held' || !held.emit(n, answer)) answer()
  })
  server.on('upgrade', (req, socket: Socket) => {
    sockets.add(socket.on('error', () => {}))
    socket.once('close', () => sockets.delete(socket))
    const accept = createHash('sha1')
      .update(`${req.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64')
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\nx-asked: ${req.url}\r\n\r\n`,
    )
    socket.pipe(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    after: (n) =>
      new Promise((resolve, reject) => {
        const mark = marks.get(n)
        if (mark !== undefined) return resolve(mark)
        const late = (): void => reject(new Error(`after() of request ${n} never called`))
        const timer = setTimeout(late, PATIENCE)
        waiting.set(n, (mark) => {
          clearTimeout(timer)
          resolve(mark)
        })
      }),
    async held(n) {
      const [answer] = (await once(held, n)) as [() => void]
      return answer
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
