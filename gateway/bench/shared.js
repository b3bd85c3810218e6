// The shared runtime: memory for each further app, what unloading gives back, and its speed beside plain `next()`.
import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pointTo, publish } from '../dist/lifecycle/publish.js'
import { readMemory, readTree } from './memory.js'
import { benchPages } from './http.js'
import { printRows } from './report.js'
import {
  NO_RATE,
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
const PROBE = join(REPO, 'tests/fixtures/probe')
const COUNTS = [1, 10, 50]
const PAGE = '/static'

export async function benchShared(options) {
  await benchMemory()
  await benchPages(options, 'shared')
  console.log('  targets: at least 0.90 of plain next(), at least 1.00 of nginx + next start')
}

function benchMemory() {
  return onStage(async (stage) => {
    await buildIfMissing(stage, PROBE)
    // Below the repository, so that the copies find their node_modules by walking up.
    const folder = join(REPO, '.tenantry', `bench-${process.pid}`)
    try {
      await copyApps(folder, Math.max(...COUNTS))
      const rows = [
        ['apps', 'plain next() MB', 'shared MB', 'each further: plain', 'each further: shared'],
      ]
      const first = {}
      for (const count of COUNTS) {
        const plain = await measurePlain(stage, folder, count)
        const shared = await measureShared(stage, folder, count)
        first.plain ??= plain
        first.shared ??= shared
        const each = (rss, base) =>
          count === 1 ? '' : ((rss - base) / (count - 1) / 1e6).toFixed(1)
        rows.push([
          count,
          mb(plain),
          mb(shared),
          each(plain, first.plain),
          each(shared, first.shared),
        ])
      }
      printRows('RSS of one process with N small apps, each asked for a page', rows)
      console.log('  target: at most 2 MB above plain next() for each further app')
      const next = await startNext(stage, appDir(folder, 0))
      await statusOf(next.port, PAGE, { host: next.host })
      printRows('Beside them, private memory of each further app', [
        ['`runtime: process`', `${mb(await measureChild(stage, folder))} MB`],
        ['`next start`', `${mb((await readMemory(next.pid)).privateBytes)} MB`],
      ])
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
}

async function measurePlain(stage, folder, count) {
  const dirs = Array.from({ length: count }, (_, i) => appDir(folder, i))
  const server = await startPlain(stage, dirs, `plain ${count}`)
  await askAll(server.port, count)
  return (await readMemory(server.pid)).rss
}

async function measureShared(stage, folder, count) {
  const server = await startApps(stage, folder, count, 'shared')
  return (await readMemory(server.pid)).rss
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

async function askAll(port, count) {
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < count; i++) {
      const status = await statusOf(port, PAGE, { host: `app${i}.localhost` })
      if (status !== 200) throw new Error(`app${i} answered ${status}`)
    }
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
