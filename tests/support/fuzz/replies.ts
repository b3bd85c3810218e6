import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** No client may ever get this: it stands behind an answer, or in one that is none. */
export const POISON = 'poison'

const POISONED = `HTTP/1.1 200 OK\r\nContent-Length: ${POISON.length}\r\n\r\n${POISON}`

/** Answers that no client may get as they are. */
const MALFORMED: readonly string[] = [
  `HTTP/1.1 200 OK\r\nContent-Length: 6\r\nContent-Length: 3\r\n\r\n${POISON}`,
  `HTTP/1.1 200 OK\r\nContent-Length: 6, 6\r\n\r\n${POISON}`,
  `HTTP/1.1 200 OK\r\nContent-Length: +6\r\n\r\n${POISON}`,
  `HTTP/1.1 200 OK\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n${POISON}`,
  `HTTP/1.1 200 OK\nContent-Length: 6\n\n${POISON}`,
  `HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 6\r\n\r\n${POISON}`,
  `HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 6\r\n\r\n${POISON}`,
  `HTTP/1.1 200 OK\r\nContent-Length : 6\r\n\r\n${POISON}`,
  `HTTP/9.9 200 OK\r\nContent-Length: 6\r\n\r\n${POISON}`,
  `HTTP/1.1 2000 OK\r\nContent-Length: 6\r\n\r\n${POISON}`,
  `${POISON}\r\n\r\n`,
]

/** What may come before an answer: some of it as Node.js itself would never write it. */
const HINTS: readonly string[] = [
  'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload, </b>; rel=preload\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nLink: </b>; title="a b"\r\n\r\n',
  `HTTP/1.1 103 Early Hints\r\nLink: <a>${';a=b'.repeat(40)} "\r\n\r\n`,
  'HTTP/1.1 103 \xff\r\nLink: \xff, <\xff>; "\r\nX-Tenant-Id: globex\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\nX-Other: 1\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nLink: </a>\r\n\r\nHTTP/1.1 199 X\r\n\r\n',
]

type Reply = (req: IncomingMessage, res: ServerResponse) => void

/** The first six answer every request whole, so that a client can tell that it was answered. */
const REPLIES: readonly Reply[] = [
  (req, res) => void req.once('end', () => res.end('ok')).resume(),
  (_req, res) => void res.end('at once'),
  (_req, res) => void res.writeHead(204).end(),
  (_req, res) => void res.writeHead(200, { 'content-length': 2 }).end('ok'),
  (_req, res) => {
    res.write('in ')
    if (res.chunkedEncoding) res.addTrailers({ 'x-end': '1' })
    setImmediate(() => res.end('chunks'))
  },
  (_req, res) => {
    res.writeEarlyHints({ link: '</a.css>; rel=preload' })
    res.end('hinted')
  },
  (req, res) => {
    req.socket.write(HINTS[(req.url?.length ?? 0) % HINTS.length] as string, 'latin1')
    res.end('informed')
  },
  (req) => req.socket.destroy(),
  (req) =>
    void req.once('data', () => req.socket.destroy()).once('end', () => req.socket.destroy()),
  (req, res) => {
    res.writeHead(200, { 'content-length': 1000 }).write('half')
    setImmediate(() => req.socket.destroy())
  },
  (req, res) => {
    res.write('half')
    setTimeout(() => req.socket.destroy(), 2)
  },
  (req) => {
    const which = (req.url?.length ?? 0) % MALFORMED.length
    req.socket.write(MALFORMED[which] as string)
    req.socket.destroySoon()
  },
  // An answer that nobody asked for, in the same packet, and a little later on a connection that must not be used again.
  (req) => void req.socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok${POISONED}`),
  (req) => {
    req.socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok')
    setTimeout(() => req.socket.end(POISONED), 2)
  },
  (_req, res) => void res.writeHead(304, { etag: '"a"' }).end(),
  (_req, res) => void res.end(Buffer.alloc(200_000, 'x')),
  // No answer: the client leaves.
  () => {},
]

/** Answers as the target asks for it. */
export function reply(req: IncomingMessage, res: ServerResponse): void {
  res.on('error', () => {})
  const which = Number(/[?&]b=(\d{1,2})/.exec(req.url ?? '')?.[1] ?? 0)
  REPLIES[which % REPLIES.length]?.(req, res)
}

/** Takes the tunnel and sends back what comes. */
export function hello(req: IncomingMessage, socket: Socket): void {
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nx-answer: ${String(req.headers['x-request-id'])}\r\n\r\n`,
  )
  socket.pipe(socket)
}

/** Refuses the tunnel, or breaks off. */
export function refuse(req: IncomingMessage, socket: Socket): void {
  if ((req.url?.length ?? 0) % 3 === 0) socket.destroy()
  else socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno')
}
