// What visitors see: requests at a fixed rate, and streams and WebSockets that stay open.
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Agent, createServer, get } from 'node:http'
import { connect } from 'node:net'

/** Requests to one host at a fixed rate, whatever the answers do. */
export class Requests {
  /** `{ at, ms, outcome }`: outcome is `ok`, or what went wrong. */
  done = []
  pending = new Set()
  #timer
  #agent = new Agent({ keepAlive: true })
  #ask

  /** @param fits whether a body is what it should be */
  constructor(port, { host, path, rate, fits }) {
    this.#ask = { host: '127.0.0.1', port, path, headers: { host }, agent: this.#agent }
    this.#timer = setInterval(() => this.#send(fits), 1000 / rate)
  }

  async stop() {
    clearInterval(this.#timer)
    await Promise.all([...this.pending].map(({ answered }) => answered))
    this.#agent.destroy()
    return this.done
  }

  #send(fits) {
    const sent = { at: performance.now() }
    const finish = (outcome) => {
      if (!this.pending.delete(sent)) return
      this.done.push({ ...sent, ms: performance.now() - sent.at, outcome })
    }
    sent.answered = new Promise((resolve) => {
      const end = (outcome) => resolve(finish(outcome))
      const asked = get(this.#ask, (answer) => {
        let body = ''
        answer.setEncoding('utf8').on('data', (text) => (body += text))
        answer.once('error', (error) => end(error.code))
        answer.once('end', () => {
          if (answer.statusCode !== 200) end(`status ${answer.statusCode}`)
          else end(fits(body) ? 'ok' : 'wrong content')
        })
      })
      asked.once('error', (error) => end(error.code))
    })
    this.pending.add(sent)
  }
}

/** A response that streams until it is closed. */
export class Stream {
  bytes = 0
  isBroken = false
  #asked

  constructor(port, host, path) {
    this.#asked = get({ host: '127.0.0.1', port, path, headers: { host }, agent: false })
    this.#asked.on('error', () => (this.isBroken = true))
    this.#asked.once('response', (answer) => {
      answer.on('data', (chunk) => (this.bytes += chunk.length))
      answer.on('error', () => (this.isBroken = true))
      answer.once('end', () => (this.isBroken = true))
    })
  }

  /** Whether it is open, and more has come since it was last asked. */
  async isAlive() {
    const before = this.bytes
    for (let turn = 0; turn < 400 && this.bytes === before; turn++) await tick()
    return !this.isBroken && this.bytes > before
  }

  close() {
    this.#asked.destroy()
  }
}

/** A WebSocket, told apart from what HTTP says by its handshake alone; the upstream sends back what it gets. */
export class WebSocketVisit {
  isBroken = false
  #socket
  #received = ''
  #n = 0

  constructor(port, host, path) {
    const key = randomBytes(16).toString('base64')
    this.#socket = connect({ host: '127.0.0.1', port })
    this.#socket.setEncoding('latin1').on('data', (text) => (this.#received += text))
    this.#socket.on('error', () => {}).once('close', () => (this.isBroken = true))
    this.#socket.write(
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    )
  }

  async isAlive() {
    for (let turn = 0; turn < 400 && !this.#received.includes('\r\n\r\n'); turn++) await tick()
    const said = `echo ${++this.#n};`
    this.#socket.write(said)
    for (let turn = 0; turn < 400 && !this.#received.endsWith(said); turn++) await tick()
    return !this.isBroken && this.#received.endsWith(said)
  }

  close() {
    this.#socket.destroy()
  }
}

/** The origin that apps send WebSockets on to, and tell that they have finished. */
export async function startUpstream() {
  const server = createServer((req, res) => res.end('noted'))
  const sockets = new Set()
  server.on('upgrade', (req, socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).once('close', () => sockets.delete(socket))
    const key = req.headers['sec-websocket-key']
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept.digest('base64')}\r\n\r\n`,
    )
    socket.pipe(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      server.closeAllConnections()
    },
  }
}

function tick() {
  return new Promise((resolve) => setTimeout(resolve, 50))
}
