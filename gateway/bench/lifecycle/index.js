// npm run bench:lifecycle -- [--only load,starts,instances,neighbours,crowd] [--minutes N] [--runtime process|shared]
// --minutes: how long the crowd is watched. --runtime: of the apps in load and crowd that are not killed.
import { parseArgs } from 'node:util'
import { printRows } from '../report.js'
import { measureCrowd } from './crowd.js'
import { runUnderLoad } from './load.js'
import { measureNeighbours } from './neighbours.js'
import { describeTimes, measureInstances, measureStarts } from './starts.js'

const PARTS = { load, starts, instances, neighbours, crowd }
/** How often each is done under load. */
const COUNTS = { reloads: 100, deploys: 20, rollbacks: 20, kills: 10, failures: 10 }

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(PARTS).join(',') },
    minutes: { type: 'string', default: '10' },
    runtime: { type: 'string', default: 'process' },
  },
})

for (const name of flags.only.split(',')) {
  if (!Object.hasOwn(PARTS, name)) throw new Error(`the parts are ${Object.keys(PARTS).join(', ')}`)
  await PARTS[name]()
}

async function load() {
  const { apps, opened, broken, times } = await runUnderLoad(COUNTS, flags.runtime)
  const of = { calm: 'untouched', quiet: 'untouched', site: 'redeployed', frail: 'killed' }
  const rows = Object.entries(apps).map(([app, { requests, inFlight, failed, p50, p99 }]) => [
    `${app} (${of[app]})`,
    requests,
    Object.values(failed).reduce((sum, count) => sum + count, 0),
    inFlight,
    ms(p50),
    ms(p99),
  ])
  const done = Object.entries(COUNTS).map(([name, count]) => `${count} ${name}`)
  printRows(`200 requests a second through ${done.join(', ')}`, [
    ['app', 'requests', 'failed', 'in flight at a kill', 'p50', 'p99'],
    ...rows,
  ])
  console.log(`  streams and WebSockets of untouched apps: ${opened} opened, ${broken} broken`)
  printRows('Time of each command', [
    ['command', 'p50', 'p90', 'longest'],
    ...Object.entries(times).map(([name, list]) => [name, ...describeTimes(list)]),
  ])
}

async function starts() {
  const rows = []
  for (const [runtime, target] of [
    ['process', 500],
    ['shared', 150],
  ]) {
    rows.push([runtime, ...describeTimes(await measureStarts(runtime, 20)), `${target} ms at p50`])
  }
  printRows('From asleep to the first byte, a small app, 20 starts', [
    ['runtime', 'p50', 'p90', 'longest', 'target'],
    ...rows,
  ])
}

async function instances() {
  const one = await measureInstances(1, 5)
  const two = await measureInstances(2, 5)
  printRows('Answers a second of a page that takes 5 ms of processor time', [
    ['one instance', one.toFixed(0)],
    ['two instances', two.toFixed(0)],
    ['ratio', (two / one).toFixed(2)],
  ])
}

async function neighbours() {
  const rows = await measureNeighbours(20)
  printRows('A calm tenant beside one that runs wild, 100 requests a second', [
    ['beside', 'requests', 'failed', 'p50', 'p99', 'to alone'],
    ...rows.map(({ name, requests, failed, p50, p99 }) => [
      name,
      requests,
      failed,
      ms(p50),
      ms(p99),
      (p99 / rows[0].p99).toFixed(2),
    ]),
  ])
}

async function crowd() {
  const options = {
    apps: 300,
    maxRunning: 20,
    minutes: Number(flags.minutes),
    runtime: flags.runtime,
  }
  const samples = await measureCrowd(options)
  printRows(
    '300 apps, at most 20 of them running, random traffic: private memory of all processes',
    [
      ['seconds', 'MB', 'running', 'answered', 'failed'],
      ...samples.map(({ seconds, mb, running, answered, failed }) => [
        seconds,
        mb.toFixed(0),
        running,
        answered,
        failed,
      ]),
    ],
  )
}

function ms(value) {
  return `${value.toFixed(1)} ms`
}
