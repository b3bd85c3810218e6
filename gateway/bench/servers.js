// The gateway and its peers: each is started, waited for, and ended by the stage.
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { pointTo, publish } from '../dist/lifecycle/publish.js'
import { freePort } from './stage.js'

export const REPO = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
export const PROBE = join(REPO, 'tests/fixtures/probe')
const TENANTRY = join(REPO, 'gateway/bin/tenantry.js')
const NEXT = join(REPO, 'node_modules/next/dist/bin/next')
const PATIENCE = 90_000

/** Builds the app where it has no build yet, and makes it a release. */
export async function buildIfMissing(stage, dir) {
  if (!existsSync(join(dir, '.next/BUILD_ID'))) {
    console.log(`  building ${dir}: it has no build yet`)
    await stage.run(process.execPath, [NEXT, 'build', dir])
  }
  const { release, isNew } = await publish(dir)
  if (isNew) await pointTo(dir, release)
}

/** Of the config of a gateway that one client address asks as fast as it can, on as many connections as it likes. */
export const NO_RATE = {
  limits: {
    rate: false,
    connectionsPerClient: 10_000,
    requestsPerClient: 5000,
    tenant: { rate: false },
  },
}

/** Writes a config into the stage's folder. @param files path in the config folder → object */
export async function writeConfig(stage, files, name = 'config') {
  const folder = join(stage.folder, name)
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), JSON.stringify(content))
  }
  return folder
}

/**
 * `tenantry start` with its access log in a file.
 * @param host a tenant's host, waited for
 * @param nodeFlags of the gateway's process alone
 */
export async function startGateway(stage, configDir, host, name = 'tenantry', nodeFlags = []) {
  // Several gateways may run from one stage, and each needs a control socket of its own.
  const socket = join(stage.folder, `${name.replaceAll(/\W+/g, '-')}.sock`)
  const flags = ['--config', configDir, '--port', '0', '--host', '127.0.0.1', '--socket', socket]
  const args = [...nodeFlags, TENANTRY, 'start', ...flags]
  const server = stage.start(name, process.execPath, args)
  const listening = await untilPrinted(server, /"port":(\d+),"msg":"listening/)
  const port = Number(/\d+/.exec(listening)?.[0])
  await untilAnswered(server, port, host)
  return { ...server, port, host: `${host}:${port}` }
}

/** `next start` of one app. */
export async function startNext(stage, dir, name = 'next start') {
  const port = await freePort()
  const args = [NEXT, 'start', dir, '-p', String(port), '-H', '127.0.0.1']
  const server = stage.start(name, process.execPath, args)
  await untilAnswered(server, port, '127.0.0.1')
  return { ...server, port, host: `127.0.0.1:${port}` }
}

/** A bare custom server with plain `next()` for each folder. */
export async function startPlain(stage, dirs, name = 'plain next()', nodeFlags = []) {
  const port = await freePort()
  const args = [...nodeFlags, join(REPO, 'gateway/bench/plain-next.js'), String(port), ...dirs]
  const server = stage.start(name, process.execPath, args)
  await untilAnswered(server, port, '127.0.0.1')
  return { ...server, port, host: `127.0.0.1:${port}` }
}

/** A bare forwarder on node:http. */
export async function startForwarder(stage, upstreamPort, name = 'node:http + next start') {
  const port = await freePort()
  const args = [join(REPO, 'gateway/bench/plain-proxy.js'), String(port), String(upstreamPort)]
  const server = stage.start(name, process.execPath, args)
  await untilAnswered(server, port, '127.0.0.1')
  return { ...server, port, host: `127.0.0.1:${port}` }
}

/**
 * node:http that answers from memory.
 * @param answers path → `{ headers, body }` as `raw.js` reads them
 * @param options of `stage.start`
 */
export async function startRaw(stage, name, answers, options) {
  const file = join(stage.folder, `${name.replaceAll(/\W+/g, '-')}.json`)
  await writeFile(file, JSON.stringify(answers))
  const port = await freePort()
  const args = [join(REPO, 'gateway/bench/raw.js'), String(port), file]
  const server = stage.start(name, process.execPath, args, options)
  await untilAnswered(server, port, '127.0.0.1')
  return { ...server, port, host: `127.0.0.1:${port}` }
}

/** The status of one GET; undefined where nothing answers. The body is read to its end. */
export function statusOf(port, path, headers) {
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path, headers, agent: false }
    const request = get(options, (res) => {
      res.resume().once('close', () => resolve(res.complete ? res.statusCode : undefined))
    })
    request.once('error', () => resolve())
  })
}

/** Waits until the server answers. */
export function untilAnswered(server, port, host) {
  return until(server, () => statusOf(port, '/', { host: `${host}:${port}` }))
}

/** Waits for a text in what the server prints. @returns it */
export function untilPrinted(server, text) {
  return until(server, () => text.exec(server.output())?.[0])
}

async function until(server, find) {
  const giveUp = performance.now() + PATIENCE
  while (performance.now() < giveUp && !server.hasEnded()) {
    const found = await find()
    if (found !== undefined) return found
    await delay(50)
  }
  throw new Error(`${server.name} did not come up:\n${server.output().slice(-2000)}`)
}
