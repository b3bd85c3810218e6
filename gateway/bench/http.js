// One app at one connection: through the gateway, through a bare node:http forwarder and nginx in front of `next start`,
// and `next start` alone.
import { join } from 'node:path'
import {
  compareRates,
  printRatio,
  runLoad,
  runWrk,
  summarise,
  takeTurns,
  warmUp,
} from './measure.js'
import { startNginx } from './nginx.js'
import { median, printRows, verdict } from './report.js'
import {
  NO_RATE,
  REPO,
  buildIfMissing,
  startForwarder,
  startGateway,
  startNext,
  startPlain,
  writeConfig,
} from './servers.js'
import { findCommand, isMissing, onStage } from './stage.js'

const APP = join(REPO, 'apps/acme')
/**
 * `warm`: requests of each server before anything is measured. V8 goes on optimising for long: a route handler took half the time after
 * 12,000 requests that it took after 3,000, and which server is ahead changes with it.
 */
const PAGES = [
  { path: '/cart', what: 'a dynamic page', warm: 5000, target: true },
  { path: '/api/hello', what: 'a route handler', warm: 10_000 },
  { path: '/', what: 'a prerendered page', warm: 3000 },
]
const CONNECTIONS = 16
const PLAIN = 'plain next()'
const NGINX = 'nginx + next start'
/** Milliseconds at p50. */
const MOST_ADDED = 0.3
/** Peer → the least share of its requests a second. */
const SHARED_TARGETS = { [PLAIN]: 0.9, [NGINX]: 1 }

/** @param options `seconds` of each measurement, `rounds` of them for each server, `starts` of all servers */
export function benchHttp(options) {
  return benchPages(options, 'process')
}

/**
 * The same with the gateway in another runtime; beside plain `next()` where it is `shared`.
 * Two processes of one server differ as much as two servers (how their memory came to lie, what V8 saw first): so all are started several
 * times, in the one order and in the other.
 */
export async function benchPages({ seconds, rounds, starts, pin, page }, runtime) {
  const wrk = findCommand('wrk')
  if (wrk === undefined) console.log('  wrk is not installed: no rows with 16 connections')
  const pages = PAGES.filter(({ path }) => page === undefined || path === page)
  const measured = pages.flatMap((each) => [
    { ...each, connections: 1, found: new Map() },
    ...(wrk === undefined ? [] : [{ ...each, connections: CONNECTIONS, found: new Map() }]),
  ])
  for (let start = 0; start < starts; start++) {
    await onStage(
      async (stage) => {
        await buildIfMissing(stage, APP)
        const servers = await startServers(stage, runtime, start % 2 === 1)
        for (const row of measured) await measure(stage, servers, row, { wrk, seconds, rounds })
      },
      { pin },
    )
  }
  for (const { path, what, target, connections, found } of measured) {
    const how = connections === 1 ? '1 connection' : `${connections} connections (wrk)`
    printMeasured(`${path}, ${what} of apps/acme: ${how}`, found)
    if (runtime === 'shared') judge(found, SHARED_TARGETS)
    else if (target && connections === 1) {
      judge(found, { [NGINX]: 0.9 })
      judgeDelay(found)
    }
  }
}

/** Adds what each server measures to what was found of its name. */
async function measure(stage, servers, row, { wrk, seconds, rounds }) {
  const { path, warm, connections, found } = row
  // The first row of each page.
  if (connections === 1) {
    await warmUp(stage, servers, { path, connections: CONNECTIONS, requests: warm })
  }
  const options = { path, seconds, connections }
  const ask = (server) =>
    connections === 1 ? runLoad(stage, server, options) : runWrk(stage, wrk, server, options)
  for (const [name, more] of await takeTurns(servers, rounds, ask)) {
    found.set(name, [...(found.get(name) ?? []), ...more])
  }
}

/** nginx and the bare forwarder have a `next start` of their own, so that each app process sees as many requests as the others. */
async function startServers(stage, runtime, isReversed) {
  const starts = [() => startTenantry(stage, runtime)]
  if (runtime === 'shared') starts.push(() => startPlain(stage, [APP]))
  else {
    starts.push(async () => {
      const upstream = await startNext(stage, APP, 'next start behind node:http')
      return behind(await startForwarder(stage, upstream.port), upstream)
    })
  }
  if (!isMissing('nginx')) {
    starts.push(async () => {
      const upstream = await startNext(stage, APP, 'next start behind nginx')
      return behind(await startNginx(stage, upstream.port), upstream)
    })
  }
  starts.push(() => startNext(stage, APP))
  const servers = []
  for (const start of isReversed ? starts.toReversed() : starts) servers.push(await start())
  return servers.map((server) => ({ pids: [server.pid], ...server }))
}

async function startTenantry(stage, runtime) {
  const config = await writeConfig(stage, {
    'gateway.json': { appsRoot: join(REPO, 'apps'), ...NO_RATE },
    'apps/acme.json': { dir: APP, runtime },
    'tenants/acme.json': { hosts: ['acme.localhost'] },
  })
  return startGateway(stage, config, 'acme.localhost', `tenantry ${runtime}`)
}

function behind(server, upstream) {
  return { ...server, pids: [server.pid, upstream.pid] }
}

/** Medians over the rounds; ratios and differences are taken within each round, and then their median. */
function printMeasured(title, found) {
  const names = [...found.keys()]
  const header = ['', 'req/s', 'p50 ms', 'p99 ms', 'CPU ms']
  for (const base of names.slice(1)) header.push(`req/s to ${base}`, 'added p50 ms')
  const rows = names.map((name, i) => [
    name,
    ...summary(found.get(name)),
    ...names
      .slice(1)
      .flatMap((base, j) => (j >= i ? compare(found.get(name), found.get(base)) : ['', ''])),
  ])
  printRows(title, [header, ...rows])
}

/** Of the first server, which is the gateway. */
function judge(found, targets) {
  const [[, ours]] = found
  for (const [base, least] of Object.entries(targets)) {
    if (!found.has(base)) continue
    const { median: ratio } = compareRates(ours, found.get(base))
    console.log(`  ${verdict(ratio >= least)}: ${ratio.toFixed(2)} of ${base}, at least ${least}`)
  }
}

function judgeDelay(found) {
  const [[, ours]] = found
  const base = found.get(NGINX)
  if (base === undefined) return
  const added = medianAdded(ours, base)
  console.log(`  ${verdict(added <= MOST_ADDED)}: ${added.toFixed(3)} ms, at most ${MOST_ADDED}`)
}

function medianAdded(rounds, base) {
  return median(rounds.map(({ p50 }, i) => p50 - base[i].p50))
}

function summary(rounds) {
  const { perSecond, p50, p99, cpu } = summarise(rounds)
  return [perSecond.toFixed(0), p50.toFixed(3), p99.toFixed(2), cpu.toFixed(2)]
}

function compare(rounds, base) {
  const added = medianAdded(rounds, base)
  return [printRatio(compareRates(rounds, base)), `${added < 0 ? '' : '+'}${added.toFixed(3)}`]
}
