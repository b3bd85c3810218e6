// Private memory and RSS of the gateway and its children, beside one `next start` for each app.
import { existsSync } from 'node:fs'
import { readFile, readlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { loadConfig } from '../dist/config/load.js'
import { childrenByParent } from './processes.js'
import { printRows } from './report.js'
import { REPO, buildIfMissing, startGateway, startNext, statusOf } from './servers.js'
import { onStage } from './stage.js'

const CONFIG = join(REPO, 'config')
const APPS = ['acme', 'globex', 'storefront']
/** Requests to each tenant before anything is read. */
const WARM = 20

export function benchMemory() {
  return onStage(async (stage) => {
    if (!existsSync('/proc/self/smaps_rollup')) {
      console.log('  there is no /proc/PID/smaps_rollup here: memory is left out')
      return
    }
    for (const app of APPS) await buildIfMissing(stage, join(REPO, 'apps', app))
    const tenants = await readTenants()
    const gateway = await startGateway(stage, CONFIG, tenants[0].host)
    const peers = []
    for (const app of APPS) {
      peers.push({ app, ...(await startNext(stage, join(REPO, 'apps', app), `next start ${app}`)) })
    }
    for (const tenant of tenants) {
      await warm(gateway, tenant)
      const peer = peers.find(({ app }) => app === tenant.app)
      if (peer !== undefined) await warm(peer, tenant)
    }
    await delay(2000)
    const ours = await readTree(gateway.pid, 'tenantry')
    const theirs = (await Promise.all(peers.map(({ pid, name }) => readTree(pid, name)))).flat()
    print(ours, theirs)
  })
}

async function readTenants() {
  const config = await loadConfig(CONFIG, { mode: 'production', requireReleases: true })
  return config.tenants.map(({ id, app, hosts, props }) => {
    const { pattern } = hosts.find(({ redirect }) => redirect === undefined) ?? hosts[0]
    return { id, app, props, host: pattern.text.replace(/^\*+/, 'blue-door') }
  })
}

/** A peer is told the tenant as the gateway tells its apps; the gateway does not believe it. */
async function warm({ port, name }, { id, host, props }) {
  const headers = {
    host: `${host}:${port}`,
    'x-tenant-id': id,
    'x-tenant-host': host,
    'x-tenant-props': JSON.stringify(props),
  }
  for (let i = 0; i < WARM; i++) {
    const status = await statusOf(port, '/', headers)
    if (status !== 200) throw new Error(`${name} answered ${host} with ${status}`)
  }
}

/** A process and all below it. @returns `[{ name, privateBytes, rss }]` */
export async function readTree(pid, name = '') {
  const children = await childrenByParent()
  const found = []
  const visit = async (pid, name) => {
    found.push({ name, ...(await readMemory(pid)) })
    for (const child of children.get(pid) ?? []) await visit(child, await nameOf(child))
  }
  await visit(pid, name)
  return found
}

async function nameOf(pid) {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8')
  if (command.includes('tenantry-watchdog')) return '  watchdog'
  return `  app ${basename(await readlink(`/proc/${pid}/cwd`))}`
}

/** @returns bytes: `{ privateBytes, rss }` */
export async function readMemory(pid) {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8')
  const bytes = (key) => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024
  return { privateBytes: bytes('Private_Clean') + bytes('Private_Dirty'), rss: bytes('Rss') }
}

function print(ours, theirs) {
  const [own, peer] = [total(ours), total(theirs)]
  printRows(`Memory, three apps warm (${WARM} requests to each tenant)`, [
    ['', 'private MB', 'RSS MB'],
    ...ours.map(row),
    row({ name: 'sum of tenantry', ...own }),
    ...theirs.map(row),
    row({ name: 'sum of next start', ...peer }),
    [
      'tenantry to next start',
      (own.privateBytes / peer.privateBytes).toFixed(2),
      (own.rss / peer.rss).toFixed(2),
    ],
  ])
}

function row({ name, privateBytes, rss }) {
  return [name, megabytes(privateBytes), megabytes(rss)]
}

function total(processes) {
  const sum = (key) => processes.reduce((sum, process) => sum + process[key], 0)
  return { privateBytes: sum('privateBytes'), rss: sum('rss') }
}

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(1)
}
