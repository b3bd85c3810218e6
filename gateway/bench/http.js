// One app at one connection: through the gateway, through a bare node:http forwarder and nginx in front of `next start`,
// and `next start` alone.
import { join } from 'node:path'
import { compareRates, printRatio, runLoad, runWrk, summarise, takeTurns } from './measure.js'
import { startNginx } from './nginx.js'
import { median, printRows } from './report.js'
import {
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
const PAGES = [
  { path: '/cart', what: 'a dynamic page', target: true },
  { path: '/api/hello', what: 'a route handler' },
  { path: '/', what: 'a prerendered page' },
]
const CONNECTIONS = 16
/** Requests to each page of each server before anything is measured: V8 has optimised what it will by then. */
const WARM = 3000

/** @param options `seconds` of each measurement, `rounds` of them for each server */
export function benchHttp(options) {
  return benchPages(options, 'process')
}

/** The same with the gateway in another runtime; beside plain `next()` where it is `shared`. */
export function benchPages({ seconds, rounds, pin, page }, runtime) {
  return onStage(
    async (stage) => {
      await buildIfMissing(stage, APP)
      const servers = await startServers(stage, runtime)
      const wrk = findCommand('wrk')
      if (wrk === undefined) console.log('  wrk is not installed: no rows with 16 connections')
      const pages = PAGES.filter(({ path }) => page === undefined || path === page)
      for (const { path } of pages) {
        for (const server of servers) {
          await runLoad(stage, server, { path, requests: WARM, connections: CONNECTIONS })
        }
      }
      for (const each of pages) {
        const name = `${each.path}, ${each.what} of apps/acme`
        const ask = (server) => runLoad(stage, server, { path: each.path, seconds })
        printMeasured(`${name}: 1 connection`, servers, await takeTurns(servers, rounds, ask))
        if (each.target && runtime === 'process') {
          console.log('  target: at least 0.90 of nginx + next start, at most +0.30 ms at p50')
        }
        if (wrk === undefined) continue
        const options = { path: each.path, seconds, connections: CONNECTIONS }
        const askMany = (server) => runWrk(stage, wrk, server, options)
        const many = await takeTurns(servers, rounds, askMany)
        printMeasured(`${name}: ${CONNECTIONS} connections (wrk)`, servers, many)
      }
    },
    { pin },
  )
}

/** nginx and the bare forwarder have a `next start` of their own, so that each app process sees as many requests as the others. */
async function startServers(stage, runtime) {
  const config = await writeConfig(stage, {
    'gateway.json': { appsRoot: join(REPO, 'apps') },
    'apps/acme.json': { dir: APP, runtime },
    'tenants/acme.json': { hosts: ['acme.localhost'] },
  })
  const servers = [await startGateway(stage, config, 'acme.localhost', `tenantry ${runtime}`)]
  if (runtime === 'shared') servers.push(await startPlain(stage, [APP]))
  else {
    const upstream = await startNext(stage, APP, 'next start behind node:http')
    servers.push(behind(await startForwarder(stage, upstream.port), upstream))
  }
  if (!isMissing('nginx')) {
    const upstream = await startNext(stage, APP, 'next start behind nginx')
    servers.push(behind(await startNginx(stage, upstream.port), upstream))
  }
  servers.push(await startNext(stage, APP))
  return servers.map((server) => ({ pids: [server.pid], ...server }))
}

function behind(server, upstream) {
  return { ...server, pids: [server.pid, upstream.pid] }
}

/** Medians over the rounds; ratios and differences are taken within a round, and then their median. */
function printMeasured(title, servers, found) {
  const names = servers.map(({ name }) => name)
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

function summary(rounds) {
  const { perSecond, p50, p99, cpu } = summarise(rounds)
  return [perSecond.toFixed(0), p50.toFixed(3), p99.toFixed(2), cpu.toFixed(2)]
}

function compare(rounds, base) {
  const added = median(rounds.map(({ p50 }, i) => p50 - base[i].p50))
  return [printRatio(compareRates(rounds, base)), `${added < 0 ? '' : '+'}${added.toFixed(3)}`]
}
