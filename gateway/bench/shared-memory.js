// Memory that each further app takes: in the shared runtime, under plain `next()`, and with a process each.
import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
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

/** Megabytes above plain `next()`, for each further app. */
const MOST_ABOVE = 2
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
            found.get(name).push(await start(own, folder, count))
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

/** Each gives the RSS of all its processes, in bytes. */
const SERVERS = {
  'plain next()': async (stage, folder, count) => {
    const dirs = Array.from({ length: count }, (_, i) => appDir(folder, i))
    const server = await startPlain(stage, dirs, `plain ${count}`)
    await askAll(server.port, count)
    return rssOf([server.pid])
  },
  shared: async (stage, folder, count) => {
    return rssOf([(await startApps(stage, folder, count, 'shared')).pid])
  },
  process: async (stage, folder, count) => {
    return rssOf([(await startApps(stage, folder, count, 'process')).pid])
  },
  'next start': async (stage, folder, count) => {
    const pids = []
    for (let i = 0; i < count; i++) {
      const next = await startNext(stage, appDir(folder, i), `next start ${i}`)
      await statusOf(next.port, PAGE, { host: next.host })
      pids.push(next.pid)
    }
    return rssOf(pids)
  },
}

async function rssOf(pids) {
  const trees = await Promise.all(pids.map((pid) => readTree(pid)))
  return trees.flat().reduce((sum, { rss }) => sum + rss, 0)
}

function print(found) {
  const names = [...found.keys()]
  const each = (name, i) => (found.get(name)[i] - found.get(name)[0]) / (COUNTS[i] - 1) / 1e6
  const rows = COUNTS.map((count, i) => [
    count,
    ...names.map((name) => mb(found.get(name)[i])),
    ...names.map((name) => (i === 0 ? '' : each(name, i).toFixed(1))),
  ])
  const header = ['apps', ...names, ...names.map((name) => `each further: ${name}`)]
  printRows('RSS in MB with N small apps, each asked for a page', [header, ...rows])
  for (let i = 1; i < COUNTS.length; i++) {
    const above = each('shared', i) - each('plain next()', i)
    const text = `${above.toFixed(1)} MB above plain next() for each further of ${COUNTS[i]} apps`
    console.log(`  ${verdict(above <= MOST_ABOVE)}: ${text}, at most ${MOST_ABOVE}`)
  }
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

async function startApps(stage, folder, count, runtime) {
  const files = { 'gateway.json': { appsRoot: folder, ...NO_RATE } }
  for (let i = 0; i < count; i++) {
    files[`apps/app${i}.json`] = { runtime }
    files[`tenants/app${i}.json`] = { hosts: [`app${i}.localhost`] }
  }
  const name = `${runtime} ${count}`
  const config = await writeConfig(stage, files, name)
  const server = await startGateway(stage, config, 'app0.localhost', name)
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
