import { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createGateway } from '../../../gateway/dist/gateway.js'
import { Passes } from '../../../gateway/dist/cache/passes.js'
import { ConnectionPool } from '../../../gateway/dist/instances/forward/connection-pool.js'
import { forwardRequest } from '../../../gateway/dist/instances/forward/request.js'
import { forwardUpgrade } from '../../../gateway/dist/instances/forward/upgrade.js'
import { openCompartment } from '../../../gateway/dist/instances/shared/compartment.js'
import { SharedInstance } from '../../../gateway/dist/instances/shared/shared-instance.js'
import { Starter } from '../../../gateway/dist/instances/starter.js'
import { createLogger } from '../../../gateway/dist/telemetry/logger.js'
import { insideApp } from './inside-app.js'

// Runs the gateway in a process of its own: the app `stub` answers on a socket of the test, `inside` in this process as in the
// shared runtime; the upstream is the real thing.
const [configDir, socketPath] = process.argv.slice(2)
setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc')
const logger = createLogger({ level: 'info', format: 'json' })
const kept = keptConnections()
const forget = forgetPasses()
const connections = new ConnectionPool({ endpoint: { socketPath } })
const starter = await Starter.create({
  env: { ...process.env },
  dev: false,
  port: () => gateway.port,
  maxHeaderSize: 16_384,
  unresponsiveAfter: 30_000,
  logger,
  withoutPatches: new Set(),
})
const startInstance = (app, n, signal) => {
  if (app.id === 'stub') return stub(`stub#${n}`)
  return app.id === 'inside' ? inside(app, n) : starter.start(app, n, signal)
}
const gateway = await createGateway(
  { configDir, mode: 'production', logger, env: {}, host: '127.0.0.1', port: 0 },
  { watch: false, startInstance },
)
await gateway.start()
process.send({ port: gateway.port })
process.on('message', (message) => {
  if (message === 'measure') void measure().then((measured) => process.send({ measured }))
})
process.on('disconnect', () => process.exit())
process.once('SIGTERM', () => void close())

async function close() {
  await gateway.close()
  await starter.close()
  process.exit(0)
}

function stub(name) {
  const target = { socketPath, connections }
  return Promise.resolve({
    name,
    ended: new Promise(() => {}),
    handle: (req, res, context) => forwardRequest(req, res, target, context),
    upgrade: (req, socket, head, context) => forwardUpgrade(req, socket, head, target, context),
    probe: () => Promise.resolve(200),
    close: () => Promise.resolve(),
  })
}

async function inside(config, n) {
  const handle = openCompartment(config.id, {})
  const loaded = { handle, app: insideApp(), socketPath: `${socketPath}.${n}`, forget() {} }
  const instance = new SharedInstance(config, n, loaded)
  await instance.listen()
  instance.probe = () => Promise.resolve(200)
  return instance
}

/** Connections that were kept for their next request, and whether they are idle. */
function keptConnections() {
  const all = new Map()
  const take = Reflect.get(ConnectionPool.prototype, 'take')
  const free = Reflect.get(ConnectionPool.prototype, 'free')
  ConnectionPool.prototype.take = function taken() {
    const connection = take.call(this)
    if (all.has(connection)) all.set(connection, false)
    return connection
  }
  ConnectionPool.prototype.free = function freed(connection, head) {
    if (!all.has(connection)) connection.socket.once('close', () => all.delete(connection))
    all.set(connection, true)
    return free.call(this, connection, head)
  }
  return all
}

/** What the cache remembers for seconds of answers that it did not store: how much says only how fast they came. */
function forgetPasses() {
  const all = new Set()
  const add = Reflect.get(Passes.prototype, 'add')
  Passes.prototype.add = function added(...args) {
    all.add(this)
    return add.apply(this, args)
  }
  return () => {
    for (const passes of all) passes.purge(Infinity)
  }
}

/** A call to the file system that is under way, as of a line of the log, is over by itself. */
function isHeld(resource) {
  return !resource.startsWith('FSReq')
}

/** What the process holds, without the idle connections to apps: their number says only how busy it once was. */
async function measure() {
  const sockets = process._getActiveHandles().filter((handle) => handle instanceof Socket)
  forget()
  for (const [connection, isIdle] of kept) if (isIdle) connection.destroy()
  for (let turn = 0; turn < 4; turn++) {
    await delay(20)
    collectGarbage()
  }
  const { heapUsed, external } = process.memoryUsage()
  return {
    clients: sockets
      .filter(({ localPort }) => localPort === gateway.port)
      .map(({ remoteAddress }) => String(remoteAddress)),
    busy: kept.size,
    resources: process.getActiveResourcesInfo().filter(isHeld).toSorted(),
    heap: heapUsed + external,
    held: gateway.held,
    apps: gateway.status().apps.map(({ app, state, pid }) => ({ app, state, pid })),
  }
}
