// What the gateway's own process spends its time on while one path is asked for:
// node gateway/bench/profile.js [--page /] [--runtime process|shared|upstream] [--host NAME] [--seconds 5] [--connections 16]
//   [--encoding gzip|browser|none] [--top 30] [--pin] [--save FILE]
// The app is that of `npm run bench -- --only fast`, the upstream that of `--only upstream`: `--page /1k.txt`. --host: another one than the app's, as one that no tenant has.
// --save: the whole profile, for Chrome's developer tools.
import { existsSync } from 'node:fs'
import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { ask, startTenantry } from './fast-servers.js'
import { ENCODINGS, runWrk } from './measure.js'
import { printRows } from './report.js'
import { REPO } from './servers.js'
import { buildSite } from './site.js'
import { findCommand, isMissing, onStage } from './stage.js'
import { startTenantryBefore, startUpstream } from './upstream.js'

const HOOK = new URL('profile-hook.js', import.meta.url)
/** Seconds of load before the profile begins. */
const WARM = 3
/** Microseconds between two samples. */
const INTERVAL = 200

const { values: flags } = parseArgs({
  options: {
    page: { type: 'string', default: '/' },
    runtime: { type: 'string', default: 'process' },
    host: { type: 'string' },
    seconds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '16' },
    encoding: { type: 'string', default: 'gzip' },
    top: { type: 'string', default: '30' },
    pin: { type: 'boolean', default: false },
    save: { type: 'string' },
  },
})

if (!isMissing('wrk')) await onStage(profile, { pin: flags.pin })

async function profile(stage) {
  const file = join(stage.folder, 'gateway.cpuprofile')
  HOOK.search = String(new URLSearchParams({ file, interval: String(INTERVAL) }))
  const gateway = await start(stage, [`--import=${HOOK.href}`])
  const server = { ...gateway, host: flags.host ?? gateway.host }
  const { status } = await ask(server, flags.page, ENCODINGS[flags.encoding])
  await load(stage, server, WARM)
  process.kill(gateway.pid, 'SIGUSR2')
  const { answered, perSecond } = await load(stage, server, Number(flags.seconds))
  process.kill(gateway.pid, 'SIGUSR2')
  while (!existsSync(file)) await delay(50)
  if (flags.save !== undefined) await copyFile(file, flags.save)
  console.log(`${server.host}${flags.page}: ${status}, ${perSecond.toFixed(0)} requests a second`)
  print(selfTimes(JSON.parse(await readFile(file, 'utf8'))), answered)
}

async function start(stage, nodeFlags) {
  if (flags.runtime === 'upstream') {
    return startTenantryBefore(stage, await startUpstream(stage), nodeFlags)
  }
  await buildSite(stage)
  return startTenantry(stage, flags.runtime, nodeFlags)
}

function load(stage, server, seconds) {
  const encoding = ENCODINGS[flags.encoding]
  const options = { path: flags.page, connections: flags.connections, anyStatus: true }
  return runWrk(stage, findCommand('wrk'), server, { ...options, seconds, encoding })
}

/** @returns microseconds that each function was on top of the stack: `[{ name, where, module, micros }]` */
function selfTimes({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const found = new Map()
  for (let i = 0; i < samples.length; i++) {
    const { functionName, url, lineNumber } = byId.get(samples[i]).callFrame
    const key = `${functionName} ${url}:${lineNumber}`
    const entry = found.get(key) ?? describe(functionName, url, lineNumber)
    // A sample stands for the time until the next one.
    entry.micros += timeDeltas[i + 1] ?? 0
    found.set(key, entry)
  }
  return [...found.values()].filter(({ name }) => name !== '(idle)')
}

function describe(functionName, url, line) {
  const path = url.replace(`file://${REPO}/`, '').replace(`${REPO}/`, '')
  const where = path === '' ? '' : `${path}:${line + 1}`
  return { name: functionName || '(anonymous)', where, module: moduleOf(path), micros: 0 }
}

function moduleOf(path) {
  if (path === '') return 'V8 and native code'
  if (path.startsWith('node:')) return path
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? []
  return name ?? path.replace(/^gateway\/dist\/([^/]+).*/, 'gateway: $1')
}

function print(functions, answered) {
  const total = functions.reduce((sum, { micros }) => sum + micros, 0)
  const cells = ({ micros }) => [
    (micros / answered).toFixed(2),
    `${((micros * 100) / total).toFixed(1)} %`,
  ]
  const sums = new Map()
  for (const { module, micros } of functions) sums.set(module, (sums.get(module) ?? 0) + micros)
  const modules = [...sums].map(([name, micros]) => ({ name, micros }))
  printRows(`Where the gateway's process was, of ${(total / answered).toFixed(1)} µs a request`, [
    ['module', 'µs', ''],
    ...longest(modules).map((entry) => [entry.name, ...cells(entry)]),
  ])
  printRows('Functions by their own time', [
    ['function', 'µs', '', 'where'],
    ...longest(functions).map((entry) => [entry.name, ...cells(entry), entry.where]),
  ])
}

function longest(entries) {
  return entries.toSorted((a, b) => b.micros - a.micros).slice(0, Number(flags.top))
}
