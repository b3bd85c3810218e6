import { AsyncLocalStorage } from 'node:async_hooks'
import { once } from 'node:events'
import { Agent, createServer, IncomingMessage, request } from 'node:http'
import { Socket, type AddressInfo, type OnReadOpts } from 'node:net'
import { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, test } from '@jest/globals'
import { Connection, type Asker } from '../../../gateway/dist/instances/forward/connection.js'
import { ConnectionPool } from '../../../gateway/dist/instances/forward/connection-pool.js'
import { forwardRequest } from '../../../gateway/dist/instances/forward/request.js'
import { forwardUpgrade } from '../../../gateway/dist/instances/forward/upgrade.js'
import { Inboxes } from '../../../gateway/dist/instances/forward/inbox.js'

const HEAD = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n'

test('an upgrade whose connection fails in the tick in which it is begun: its failure is told', async () => {
  const agent = new Agent()
  const noRoute = Object.assign(new Error('no route'), { code: 'ENETUNREACH' })
  agent.createConnection = () => {
    const socket = new Socket()
    process.nextTick(() => socket.destroy(noRoute))
    return socket
  }
  const client = new Socket()
  const req = Object.assign(new IncomingMessage(client), { url: '/ws', method: 'GET' })
  const pool = new ConnectionPool({ endpoint: { protocol: 'http:', host: '127.0.0.1', port: 1 } })
  const endpoint = { protocol: 'http:', host: '127.0.0.1', port: 1 } as const
  const target = { ...endpoint, connections: pool, tunnelAgent: agent }
  const failed = await new Promise((fail) => {
    // As from the server: ticks come before microtasks.
    setImmediate(() => forwardUpgrade(req, client, Buffer.alloc(0), target, { id: 'a', fail }))
    client.once('close', () => fail('the client was closed'))
  })
  expect(failed).toBe(noRoute)
})

/** Asks nothing but what it is given. */
function asker(parts: Partial<Asker>): Asker {
  const nothing = (): void => {}
  return {
    isHead: false,
    connected: nothing,
    information: nothing,
    head: nothing,
    body: nothing,
    complete: nothing,
    gather: nothing,
    release: nothing,
    drain: nothing,
    broken: nothing,
    done: nothing,
    ...parts,
  }
}

/** Bytes come over a connection, as Node.js tells of them. */
function read(onread: OnReadOpts | undefined, bytes: string): void {
  const reader = onread as unknown as OnReadOpts & { buffer: () => Uint8Array }
  const inbox = reader.buffer()
  reader.callback(Buffer.from(bytes).copy(inbox), inbox)
}

function ask(pool: ConnectionPool, parts: Partial<Asker> = {}): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const connection = pool.take()
    connection.begin(HEAD, asker({ ...parts, broken: reject, done: () => resolve(connection) }))
    connection.sent()
  })
}

async function startPool(): Promise<{ pool: ConnectionPool; close: () => void }> {
  const body = 'x'.repeat(10_000)
  const server = createServer((_req, res) => res.end(body)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const pool = new ConnectionPool({ endpoint: { protocol: 'http:', host: '127.0.0.1', port } })
  return {
    pool,
    close() {
      pool.destroy()
      server.close()
    },
  }
}

test('an answer comes in the context of no request, whoever has opened the connection', async () => {
  const { pool, close } = await startPool()
  const storage = new AsyncLocalStorage<string>()
  const seen = new Set<string | undefined>()
  const look = (): void => void seen.add(storage.getStore())
  const looks = { connected: look, head: look, body: look, complete: look, release: look }
  const first = await storage.run('first', () => ask(pool, looks))
  const second = await storage.run('second', () => ask(pool, looks))
  expect(second).toBe(first)
  expect([...seen]).toEqual([undefined])
  close()
})

test('a pool that is closed keeps no connection', async () => {
  const { pool, close } = await startPool()
  close()
  const one = pool.take()
  expect(one.reusedSocket).toBe(false)
  pool.free(one, { version: '1.1', status: 200, reason: '', raw: [], isKept: true })
  expect(one.socket.destroyed).toBe(true)
})

test('where an asker throws, what it held back is let go, and nothing more is read', () => {
  let onread: OnReadOpts | undefined
  const socket = new Socket()
  const owner = { inboxes: new Inboxes(), free: () => {}, closed: () => {} }
  const connect = (given: OnReadOpts): Socket => {
    onread = given
    return socket
  }
  const connection = new Connection(connect, false, 0, owner)
  const told: string[] = []
  connection.begin(
    HEAD,
    asker({
      gather: () => told.push('gather'),
      head() {
        throw new Error('of the asker')
      },
      release: () => told.push('release'),
    }),
  )
  const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
  expect(() => read(onread, answer)).toThrow('of the asker')
  expect(told).toEqual(['gather', 'release'])
  expect(socket.destroyed).toBe(true)
})

test('the tail of an upload goes out, though its answer was there before it', async () => {
  let onread: OnReadOpts | undefined
  const taken: Buffer[] = []
  let takeOn = (): void => {}
  /** Takes nothing but the head until it is told. */
  const socket = new Duplex({
    read: () => {},
    write(chunk: Buffer, _encoding, callback) {
      taken.push(chunk)
      if (taken.length === 1) callback()
      else takeOn = callback
    },
  })
  const connect = (given: OnReadOpts): Socket => {
    onread = given
    return Object.assign(socket, { setTimeout: () => socket }) as unknown as Socket
  }
  const owner = { inboxes: new Inboxes(), free: () => {}, closed: () => {} }
  const connection = new Connection(connect, false, 0, owner)
  connection.isConnected = true
  const connections = { take: () => connection } as unknown as ConnectionPool
  const server = createServer((req, res) => {
    const target = { protocol: 'http:', host: '127.0.0.1', port: 1, connections } as const
    forwardRequest(req, res, target, { id: 'a', fail: (error) => res.destroy(error as Error) })
    req.once('end', () => {
      read(onread, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    })
  }).listen(0, '127.0.0.1')
  server.unref()
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const chunks = ['one', 'two', 'three']
  const headers = { 'content-length': chunks.join('').length }
  const req = request({ port, host: '127.0.0.1', method: 'POST', headers })
  for (const chunk of chunks) req.write(chunk)
  const [res] = await once(req.end(), 'response')
  expect(await text(res)).toBe('ok')
  expect(taken).toHaveLength(2)
  expect(socket.destroyed).toBe(false)
  const closed = once(socket, 'close')
  while (!socket.destroyed) {
    takeOn()
    await new Promise((resolve) => setImmediate(resolve))
  }
  await closed
  expect(Buffer.concat(taken.slice(1)).toString()).toBe('onetwothree')
})

test('an upload that breaks off takes no idle connection with it', async () => {
  const { pool, close } = await startPool()
  const [, used] = await Promise.all([ask(pool), ask(pool)])
  const upload = pool.take()
  const broken = new Promise((resolve) => {
    upload.begin(HEAD, asker({ broken: resolve }))
  })
  upload.socket.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  await broken
  expect(upload.reusedSocket).toBe(true)
  const next = await ask(pool)
  expect(next.reusedSocket).toBe(true)
  expect(used.socket.destroyed).toBe(upload === used)
  close()
})
