import { Agent } from 'node:http'
import { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createGateway } from '../../../gateway/dist/gateway.js'
import { forwardRequest } from '../../../gateway/dist/instances/forward/request.js'
import { forwardUpgrade } from '../../../gateway/dist/instances/forward/upgrade.js'
import { Starter } from '../../../gateway/dist/instances/starter.js'
import { createLogger } from '../../../gateway/dist/telemetry/logger.js'

// Runs the gateway in a process of its own: the app `stub` answers on a socket of the test, all others are started.
const [configDir, socketPath] = process.argv.slice(2)
setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc')
const logger = createLogger({ level: 'info', format: 'json' })
const kept = keptConnections()
const agent = new Agent({ keepAlive: true })
const starter = await Starter.create({
  env: { ...process.env },
  dev: false,
  port: () => gateway.port,
  maxHeaderSize: 16_384,
  unresponsiveAfter: 30_000,
  logger,
  withoutPatches: new Set(),
})
const gateway = await createGateway(
  { configDir, mode: 'production', logger, env: {}, host: '127.0.0.1', port: 0 },
  {
    watch: false,
    startInstance: (app, n, signal) =>
      app.id === 'stub' ? stub(`stub#${n}`) : starter.start(app, n, signal),
  },
)
await gateway.start()
process.send({ port: gateway.port, pid: process.pid })
process.on('message', async () => process.send(await measure()))
process.on('disconnect', () => process.exit())
process.once('SIGTERM', async () => {
  await gateway.close()
  await starter.close()
  process.exit(0)
})

function stub(name) {
  const target = { socketPath, agent }
  return Promise.resolve({
    name,
    ended: new Promise(() => {}),
    handle: (req, res, context) => forwardRequest(req, res, target, context),
    upgrade: (req, socket, head, context) => forwardUpgrade(req, socket, head, target, context),
    probe: () => Promise.resolve(200),
    close: () => Promise.resolve(),
  })
}

/** Connections that agents keep for their next request; Node.js does not list them while they are idle. */
function keptConnections() {
  const sockets = new Set()
  const { keepSocketAlive } = Agent.prototype
  Agent.prototype.keepSocketAlive = function keep(socket) {
    if (!sockets.has(socket)) socket.once('close', () => sockets.delete(socket))
    sockets.add(socket)
    return keepSocketAlive.call(this, socket)
  }
  return sockets
}

/** What the process holds, without the idle connections to apps: their number says only how busy it once was. */
async function measure() {
  const sockets = process._getActiveHandles().filter((handle) => handle instanceof Socket)
  for (const socket of kept) if (!socket._httpMessage) socket.destroy()
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
    resources: process.getActiveResourcesInfo().toSorted(),
    heap: heapUsed + external,
    apps: gateway.status().apps.map(({ app, state, pid }) => ({ app, state, pid })),
  }
}
