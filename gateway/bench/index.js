// npm run bench -- [--only lookup,config,http,memory,unload,shared,bulkhead,fast,cache-memory,upstream] [--seconds N] [--rounds N] [--starts N] [--no-pin] [--page /cart]
//   [--connections N] [--encoding gzip|browser|none] [--urls N] [--json FILE]
// Each server stays on the first core and the load on the second, where there are two and a `taskset`; not with --no-pin. --page: of the pages, just
// this one. --encoding: what the load of `fast` accepts: gzip, which all servers have; browser: brotli as well. --urls: how many pages `cache-memory` asks
// for. --json: where the figures go as well.
// Each part runs in a process of its own, so that none works on the heap that another left.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ENCODINGS } from './measure.js'
import { findCommand } from './stage.js'

const PARTS = {
  lookup: {
    nodeFlags: ['--expose-gc'],
    run: async () => (await import('./lookup.js')).benchLookup(),
  },
  config: {
    onOneCore: true,
    run: async () => (await import('./config-load.js')).benchConfigLoad(),
  },
  http: {
    run: async (options) => (await import('./http.js')).benchHttp(options),
  },
  memory: {
    run: async () => (await import('./memory.js')).benchMemory(),
  },
  unload: {
    nodeFlags: ['--expose-gc'],
    run: async () => (await import('./unload.js')).benchUnload(),
  },
  shared: {
    run: async (options) => (await import('./shared.js')).benchShared(options),
  },
  bulkhead: {
    run: async (options) => (await import('./bulkhead.js')).benchBulkhead(options),
  },
  fast: {
    run: async (options) => (await import('./fast.js')).benchFast(options),
  },
  'cache-memory': {
    run: async (options) => (await import('./cache-memory.js')).benchCacheMemory(options),
  },
  upstream: {
    run: async (options) => (await import('./upstream.js')).benchUpstream(options),
  },
}

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(PARTS).join(',') },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '5' },
    /** Of the servers of `http`, `shared` and `fast`, each time with as many rounds. */
    starts: { type: 'string', default: '3' },
    page: { type: 'string' },
    connections: { type: 'string', default: '16' },
    encoding: { type: 'string', default: 'gzip' },
    urls: { type: 'string', default: '1000000' },
    json: { type: 'string' },
    'no-pin': { type: 'boolean', default: false },
    /** The part that this process is for. */
    part: { type: 'string' },
  },
})

if (flags.part === undefined) await runAll(flags.only.split(','))
else await runPart(flags.part)

async function runPart(name) {
  const { seconds, rounds, starts, connections, urls, page, encoding, json } = flags
  const counts = {
    seconds: Number(seconds),
    rounds: Number(rounds),
    starts: Number(starts),
    connections: Number(connections),
    urls: Number(urls),
  }
  const figures = await PARTS[name].run({ ...counts, pin: isPinned(), page, encoding })
  if (json === undefined || figures === undefined) return
  const written = JSON.parse(readFileSync(json, 'utf8'))
  writeFileSync(json, `${JSON.stringify({ ...written, [name]: figures }, undefined, 2)}\n`)
}

async function runAll(names) {
  const unknown = names.find((name) => !Object.hasOwn(PARTS, name))
  if (unknown !== undefined) {
    console.error(`There is no part '${unknown}': the parts are ${Object.keys(PARTS).join(', ')}`)
    process.exitCode = 2
    return
  }
  if (!Object.hasOwn(ENCODINGS, flags.encoding)) {
    console.error(`--encoding is one of ${Object.keys(ENCODINGS).join(', ')}`)
    process.exitCode = 2
    return
  }
  const machine = describeMachine()
  if (flags.json !== undefined) writeFileSync(flags.json, JSON.stringify({ machine }))
  for (const name of names) {
    const code = await runApart(name)
    if (code === 0) continue
    process.exitCode = code
    return
  }
}

/** Prints it, too. */
function describeMachine() {
  const model = cpus()[0]?.model.trim() ?? 'unknown CPU'
  const gigabytes = (totalmem() / 1e9).toFixed(1)
  const machine = `${model}, ${availableParallelism()} cores, ${gigabytes} GB, Node.js ${process.version}`
  const [load = 0] = loadavg()
  console.log(
    isPinned() ? 'Each server is on one core, the load on another.' : 'Nothing is pinned.',
  )
  console.log(`${machine}, load ${load.toFixed(1)} before the start`)
  if (load > 0.3) console.log('The machine is not idle: latencies say little.')
  return machine
}

/** Ctrl-C reaches the part's process as well, which ends what it started: `stay` waits for that. */
async function runApart(name) {
  const { nodeFlags = [], onOneCore = false } = PARTS[name]
  const self = fileURLToPath(import.meta.url)
  const options = [`--part=${name}`, ...process.argv.slice(2)]
  const command = [...pin(onOneCore), process.execPath, ...nodeFlags, self, ...options]
  const child = spawn(command[0], command.slice(1), { stdio: 'inherit' })
  const end = () => child.kill('SIGTERM')
  process.on('SIGINT', stay).on('SIGTERM', end)
  const [code] = await once(child, 'exit')
  process.off('SIGINT', stay).off('SIGTERM', end)
  return code ?? 1
}

function isPinned() {
  const isPossible = availableParallelism() > 1 && findCommand('taskset') !== undefined
  return isPossible && !flags['no-pin']
}

function stay() {}

function pin(onOneCore) {
  const taskset = onOneCore ? findCommand('taskset') : undefined
  return taskset === undefined ? [] : [taskset, '-c', '0']
}
