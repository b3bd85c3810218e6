// Memory that each further app takes: in the shared runtime, under plain `next()`, and with a process each.
import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pointTo, publish } from '../dist/lifecycle/publish.js'
import { readMemory, readTree } from './memory.js'
import { printRows, verdict } from './report.js'
import {
  NO_RATE,
  PROBE,
  REPO,
  buildIfMissing,
  startGateway,
  startNext,
  startPlain,
  statusOf,
  writeConfig,
} from './servers.js'
import { onStage } from './stage.js'

const UNUSED = /[/]probe[/](?:node_modules|[.]tenantry|[.]next[/](?:cache|dev))$/
const COUNTS = [1, 10, 50]
const PAGE = '/static'
const REQUESTS = 3 * Math.max(...COUNTS)

/** Megabytes above plain `next()`, for each further app, of what is kept. */
const MOST_ABOVE = 2
/** Milliseconds after a collection in which its pages go back to the system. */
const SETTLE = 1000
const GC_FLAGS = ['--import', new URL('gc-hook.js', import.meta.url).href]
const PLAIN = 'plain next()'
const SHARED = 'shared'
const COLLECTING = new Set([PLAIN, SHARED])

/** RSS beside that of the peers, with 1, 10 and 50 apps. */
export function benchSharedMemory() {
  return onStage(async (stage) => {
    await buildIfMissing(stage, PROBE)
    // Below the repository, so that the copies find their node_modules by walking up.
    const folder = join(REPO, '.tenantry', `bench-${process.pid}`)
    try {
      await copyApps(folder, Math.max(...COUNTS))
      const found = new Map(Object.keys(SERVERS).map((name) => [name, []]))
      for (const count of COUNTS) {
        for (const [name, start] of Object.entries(SERVERS)) {
          // One at a time: what has ended takes no memory from the next.
          await onStage(async (own) => {
            const pids = await start(own, folder, count)
            const atOnce = await rssOf(pids)
            if (COLLECTING.has(name)) await collect(pids)
            found.get(name).push({ atOnce, kept: await rssOf(pids) })
          })
        }
      }
      print(found)
      printRows('Private memory of each further app', [
        ['`runtime: process`', `${mb(await measureChild(stage, folder))} MB`],
        ['`next start`', `${mb(await measureNext(stage, folder))} MB`],
      ])
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
}

/** Each gives its processes. */
const SERVERS = {
  [PLAIN]: async (stage, folder, count) => {
    const dirs = Array.from({ length: count }, (_, i) => appDir(folder, i))
    const server = await startPlain(stage, dirs, `plain ${count}`, GC_FLAGS)
    await askAll(server.port, count)
    return [server.pid]
  },
  [SHARED]: async (stage, folder, count) => {
    return [(await startApps(stage, folder, count, SHARED, GC_FLAGS)).pid]
  },
  process: async (stage, folder, count) => {
    return [(await startApps(stage, folder, count, 'process')).pid]
  },
  'next start': async (stage, folder, count) => {
    const pids = []
    for (let i = 0; i < count; i++) {
      const next = await startNext(stage, appDir(folder, i), `next start ${i}`)
      await statusOf(next.port, PAGE, { host: next.host })
      pids.push(next.pid)
    }
    return pids
  },
}

/** Twice: what the first leaves for finalizers goes with the second. */
async function collect(pids) {
  for (let i = 0; i < 2; i++) {
    for (const pid of pids) process.kill(pid, 'SIGUSR2')
    await delay(SETTLE)
  }
}

/** RSS of processes and of their children, in bytes. */
async function rssOf(pids) {
  const trees = await Promise.all(pids.map((pid) => readTree(pid)))
  return trees.flat().reduce((sum, { rss }) => sum + rss, 0)
}

function print(found) {
  printTable('RSS in MB with N small apps, each asked for a page', found, 'atOnce')
  const collecting = new Map([...found].filter(([name]) => COLLECTING.has(name)))
  printTable('The same after V8 has collected all garbage', collecting, 'kept')
  for (let i = 1; i < COUNTS.length; i++) {
    const [atOnce, kept] = ['atOnce', 'kept'].map(
      (when) => eachFurther(found.get(SHARED), i, when) - eachFurther(found.get(PLAIN), i, when),
    )
    const text = `${kept.toFixed(1)} MB above ${PLAIN} for each further of ${COUNTS[i]} apps`
    const withGarbage = `${atOnce.toFixed(1)} with the garbage of loading`
    console.log(`  ${verdict(kept <= MOST_ABOVE)}: ${text}, at most ${MOST_ABOVE}; ${withGarbage}`)
  }
}

function printTable(title, found, when) {
  const names = [...found.keys()]
  const rows = COUNTS.map((count, i) => [
    count,
    ...names.map((name) => mb(found.get(name)[i][when])),
    ...names.map((name) => (i === 0 ? '' : eachFurther(found.get(name), i, when).toFixed(1))),
  ])
  const header = ['apps', ...names, ...names.map((name) => `each further: ${name}`)]
  printRows(title, [header, ...rows])
}

/** In MB. */
function eachFurther(readings, i, when) {
  return (readings[i][when] - readings[0][when]) / (COUNTS[i] - 1) / 1e6
}

async function measureNext(stage, folder) {
  const next = await startNext(stage, appDir(folder, 0))
  await statusOf(next.port, PAGE, { host: next.host })
  return (await readMemory(next.pid)).privateBytes
}

/** @returns private bytes of one child of the process runtime, on average */
async function measureChild(stage, folder) {
  const count = COUNTS[1]
  const server = await startApps(stage, folder, count, 'process')
  const children = (await readTree(server.pid)).filter(({ name }) => name.includes('app'))
  return children.reduce((sum, { privateBytes }) => sum + privateBytes, 0) / count
}

async function startApps(stage, folder, count, runtime, nodeFlags = []) {
  const files = { 'gateway.json': { appsRoot: folder, ...NO_RATE } }
  for (let i = 0; i < count; i++) {
    files[`apps/app${i}.json`] = { runtime }
    files[`tenants/app${i}.json`] = { hosts: [`app${i}.localhost`] }
  }
  const name = `${runtime} ${count}`
  const config = await writeConfig(stage, files, name)
  const server = await startGateway(stage, config, 'app0.localhost', name, nodeFlags)
  await askAll(server.port, count)
  return server
}

/** As often whatever the number of apps, since V8's young generation grows with what was asked. */
async function askAll(port, count) {
  for (let n = 0; n < REQUESTS; n++) {
    const host = `app${n % count}.localhost`
    const status = await statusOf(port, PAGE, { host })
    if (status !== 200) throw new Error(`${host} answered ${status}`)
  }
}

async function copyApps(folder, count) {
  await mkdir(folder, { recursive: true })
  for (let i = 0; i < count; i++) {
    await cp(PROBE, appDir(folder, i), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !UNUSED.test(path),
    })
    await pointTo(appDir(folder, i), (await publish(appDir(folder, i), false)).release)
  }
}

function appDir(folder, i) {
  return join(folder, `app${i}`)
}

function mb(bytes) {
  return (bytes / 1e6).toFixed(0)
}
