// Two tenants with an app each; one is flooded far above its limits: what the other one feels of it.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median, printRows } from './report.js'
import { NO_RATE, REPO, buildIfMissing, startGateway, statusOf, writeConfig } from './servers.js'
import { onStage } from './stage.js'

const APP = join(REPO, 'apps/acme')
const LOAD = fileURLToPath(new URL('load.js', import.meta.url))
const FLOOD = fileURLToPath(new URL('flood.js', import.meta.url))
const PATH = '/cart'
const CALM = { host: 'calm.localhost', path: PATH, connections: 2 }
const WARM = 2000
/** What the flooded tenant may take, and what comes for it. */
const LIMITS = { requests: 2, rate: { perSecond: 20, burst: 20 } }
const FLOODS = [
  { name: '1,000 requests a second on 64 connections', perSecond: 1000, connections: 64 },
  { name: 'as fast as 64 connections allow', perSecond: 1e6, connections: 64 },
]
/** How many times its own p99 a tenant may feel of it, in the median. */
const TARGET = 1.5
/** Seconds for the flood to begin before anything is measured. */
const LEAD = 1

/** @param options `seconds` of each measurement, `rounds` of them */
export function benchBulkhead({ seconds, rounds }) {
  // Not pinned: on one core the two apps would not be apart.
  return onStage(async (stage) => {
    await buildIfMissing(stage, APP)
    const { port } = await start(stage)
    const run = (file, options) => runFile(stage, file, { port, ...options })
    await run(LOAD, { ...CALM, requests: WARM })
    for (const flood of FLOODS) {
      const found = []
      for (let round = 0; round < rounds; round++) found.push(await measure(run, flood, seconds))
      print(flood, found)
    }
  })
}

async function start(stage) {
  const config = await writeConfig(stage, {
    'gateway.json': { appsRoot: join(REPO, 'apps'), ...NO_RATE },
    'apps/calm.json': { dir: APP },
    'apps/flooded.json': { dir: APP },
    'tenants/calm.json': { hosts: ['calm.localhost'] },
    'tenants/flooded.json': { hosts: ['flooded.localhost'], limits: LIMITS },
  })
  const gateway = await startGateway(stage, config, 'calm.localhost')
  await statusOf(gateway.port, PATH, { host: 'flooded.localhost' })
  return gateway
}

/** Alone and beside the flood, one right after the other. */
async function measure(run, { perSecond, connections }, seconds) {
  const alone = await run(LOAD, { ...CALM, seconds })
  const flooding = run(FLOOD, {
    host: 'flooded.localhost',
    path: PATH,
    perSecond,
    connections,
    seconds: seconds * 1.3 + LEAD,
  })
  await new Promise((resolve) => setTimeout(resolve, LEAD * 1000))
  const beside = await run(LOAD, { ...CALM, seconds })
  return { alone, beside, answers: (await flooding).answers }
}

async function runFile(stage, file, options) {
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`)
  return JSON.parse(await stage.run(process.execPath, [file, ...args]))
}

function print({ name }, found) {
  const middle = (pick) => median(found.map(pick))
  const row = (what, key) => [
    what,
    middle((one) => one[key].perSecond).toFixed(0),
    middle((one) => one[key].p50).toFixed(2),
    middle((one) => one[key].p99).toFixed(2),
  ]
  const ratios = found.map(({ alone, beside }) => beside.p99 / alone.p99)
  const range = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`
  const answers = Object.entries(found.at(-1).answers).map(([status, n]) => `${n} with ${status}`)
  printRows(`a tenant beside one that is flooded: ${name}`, [
    ['', 'req/s', 'p50 ms', 'p99 ms', 'p99 to alone'],
    [...row('alone', 'alone'), ''],
    [...row('beside the flood', 'beside'), `${median(ratios).toFixed(2)} (${range})`],
  ])
  console.log(`  the flood was answered ${answers.join(', ')} in the last round`)
  const verdict = median(ratios) <= TARGET ? 'PASS' : 'MISS'
  console.log(`  ${verdict}; target: at most ${TARGET.toFixed(2)} times its own p99`)
}
