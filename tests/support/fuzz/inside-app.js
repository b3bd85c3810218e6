// The app that runs in the gateway's own process: it tells the test what it gets, and answers in all sorts of ways.

const TUNNEL = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'

const HANDSHAKE_FAILS = new Error('the handshake fails')
const { error } = console
// It is told on stderr, where the test takes it for an error of the gateway.
console.error = (...args) => args[0] === HANDSHAKE_FAILS || error(...args)

let number = 0
const waiting = new Map()
process.on('message', ({ noted }) => {
  waiting.get(noted)?.()
  waiting.delete(noted)
})

/** In the place of `next()`'s server. */
export function insideApp() {
  return {
    prepare: () => Promise.resolve(),
    close: () => Promise.resolve(),
    async requestHandler(req, res) {
      const id = await note(req)
      res.on('error', () => {})
      res.setHeader('x-answer', id)
      const which = Number(/[?&]b=(\d{1,2})/.exec(req.url)?.[1] ?? 0)
      await REPLIES[which % REPLIES.length](req, res)
    },
    async upgradeHandler(req, socket) {
      const id = await note(req)
      socket.on('error', () => {})
      const which = Number(/b=(\d+)/.exec(req.url)?.[1] ?? 0)
      if (which > 10) throw HANDSHAKE_FAILS
      if (which > 8) socket.end()
      if (which > 8) return
      socket.write(`${TUNNEL}x-answer: ${id}\r\n\r\n`)
      socket.pipe(socket)
    },
  }
}

/** Waits until the test has written it down, so that it stands before all that the client asks later. */
function note(req) {
  const { headers, method, url } = req
  const seen = {
    id: headers['x-request-id'],
    method,
    target: url,
    host: headers['host'],
    tenant: headers['x-tenant-id'],
    body: '',
    complete: false,
    trailers: [],
  }
  const client = headers['x-forwarded-for']
  req.on('error', () => {})
  req.setEncoding('latin1').on('data', (text) => (seen.body += text))
  req.once('end', () => {
    const trailers = Object.keys(req.trailers)
    process.send({ client, seen: { ...seen, complete: req.complete, trailers } })
  })
  const n = ++number
  process.send({ client, seen, n })
  return new Promise((resolve) => waiting.set(n, () => resolve(seen.id)))
}

/** The first six answer every request whole. */
const REPLIES = [
  (req, res) => (req.readableEnded ? res.end('ok') : req.once('end', () => res.end('ok'))),
  (_req, res) => res.end('at once'),
  (_req, res) => res.writeHead(204).end(),
  (_req, res) => res.writeHead(200, { 'content-length': 2 }).end('ok'),
  (_req, res) => {
    res.write('in ')
    setImmediate(() => res.end('chunks'))
  },
  (_req, res) => {
    res.writeEarlyHints({ link: '</a.css>; rel=preload' })
    res.end('hinted')
  },
  () => Promise.reject(new Error('the handler fails')),
  (_req, res) => res.destroy(),
  (_req, res) => {
    res.write('half')
    return Promise.reject(new Error('it breaks off'))
  },
  (_req, res) => res.writeHead(200, { 'x-bad': 'a\r\nb' }).end(),
  (_req, res) => res.writeHead(200, { 'content-length': 1000 }).end('short'),
  (_req, res) => {
    res.end('ok')
    res.write('late')
    res.setHeader('x-late', '1')
  },
  (req) => req.destroy(new Error('it does not want the body')),
  (_req, res) => res.writeHead(304, { etag: '"a"' }).end(),
  (_req, res) => res.end(Buffer.alloc(200_000, 'x')),
  // No answer: the client leaves.
  () => {},
]
