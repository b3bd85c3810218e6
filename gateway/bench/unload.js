// What closing shared apps gives back: 50 loaded and 49 unloaded, and the heap over 100 cycles of loading and unloading one.
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { INTERNAL_ORIGIN } from '../dist/instances/internal-fetch.js'
import { SharedRuntime } from '../dist/instances/shared/shared.js'
import { createLogger } from '../dist/telemetry/logger.js'
import { printRows, verdict } from './report.js'
import { PROBE, REPO, buildIfMissing } from './servers.js'
import { onStage } from './stage.js'

const UNUSED = /[/]probe[/](?:node_modules|[.]next[/](?:cache|dev))$/
const MANY = 50
const CYCLES = 100
/** Megabytes. */
const MOST_ABOVE = 40
const MOST_LEAKED = 0.05
const HEADERS = { 'x-forwarded-host': 'bench.localhost' }
const PAGES = ['/static', '/target', '/api/url', '/api/edge']

export function benchUnload() {
  return onStage(async (stage) => {
    await buildIfMissing(stage, PROBE)
    const apps = join(REPO, '.tenantry', `unload-${process.pid}`)
    const sockets = await mkdtemp(join(tmpdir(), 'tenantry-unload-'))
    try {
      await copyApps(apps)
      const runtime = new SharedRuntime({
        env: process.env,
        socketFolder: sockets,
        dev: false,
        port: () => 3000,
        logger: createLogger({ level: 'warn', format: 'pretty' }),
        without: new Set(),
      })
      const load = (i, generation) => loadAndAsk(runtime, join(apps, `app${i}`), i, generation)
      await measureMany(load)
      await measureCycles(load)
    } finally {
      await rm(apps, { recursive: true, force: true })
      await rm(sockets, { recursive: true, force: true })
    }
  })
}

async function measureMany(load) {
  const kept = await load(0, 1)
  const one = await settled()
  const others = []
  for (let i = 1; i < MANY; i++) others.push(await load(i, 1))
  const many = await settled()
  // Whoever holds a closed instance holds its app: nobody may, as nobody in the gateway does.
  while (others.length > 0) await others.pop().close(5000)
  const after = await settled()
  await kept.close(5000)
  printRows(`${MANY} shared apps loaded, ${MANY - 1} unloaded`, [
    ['', 'RSS MB', 'heap MB'],
    ['one', mb(one.rss), mb(one.heapUsed)],
    [String(MANY), mb(many.rss), mb(many.heapUsed)],
    ['one again', mb(after.rss), mb(after.heapUsed)],
    ['above the first', mb(after.rss - one.rss), mb(after.heapUsed - one.heapUsed)],
  ])
  const isReached = after.rss - one.rss <= MOST_ABOVE * 1e6
  console.log(`  ${verdict(isReached)}: at most ${MOST_ABOVE} MB of RSS above the first`)
}

async function measureCycles(load) {
  const cycle = async (from, count) => {
    for (let n = from; n < from + count; n++) await (await load(0, n)).close(5000)
    return settled()
  }
  const before = await cycle(100, 10)
  const after = await cycle(200, CYCLES)
  const leaked = (after.heapUsed - before.heapUsed) / CYCLES / 1e6
  printRows(`${CYCLES} cycles of loading and unloading one app`, [
    ['heap before MB', 'after MB', 'each cycle MB'],
    [mb(before.heapUsed), mb(after.heapUsed), leaked.toFixed(3)],
  ])
  console.log(`  ${verdict(leaked < MOST_LEAKED)}: less than ${MOST_LEAKED} MB each cycle`)
}

async function loadAndAsk(runtime, dir, i, generation) {
  const id = `app${i}`
  const next = { dev: false, quiet: false, httpServer: 'own', turbopack: true }
  const instance = await runtime.start({ id, dir, runtime: 'shared', env: {}, next }, generation)
  for (const path of PAGES) await ask(instance, path)
  return instance
}

/** Asks the app as Next.js asks itself: nothing of the gateway is in between. */
async function ask(instance, path) {
  const answer = await instance.ask(INTERNAL_ORIGIN + path, { headers: HEADERS })
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`)
  await answer.text()
}

async function copyApps(folder) {
  await mkdir(folder, { recursive: true })
  for (let i = 0; i < MANY; i++) {
    await cp(PROBE, join(folder, `app${i}`), { recursive: true, filter: isUsed })
  }
}

function isUsed(path) {
  return !UNUSED.test(path)
}

async function settled() {
  for (let i = 0; i < 5; i++) {
    globalThis.gc()
    await delay(200)
  }
  return process.memoryUsage()
}

function mb(bytes) {
  return (bytes / 1e6).toFixed(1)
}
