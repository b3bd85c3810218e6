// One app at one connection: through the gateway, through a bare node:http forwarder and nginx in front of `next start`,
// and `next start` alone.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readCpu } from './processes.js'
import { median, printRows } from './report.js'
import {
  NO_RATE,
  REPO,
  buildIfMissing,
  startForwarder,
  startGateway,
  startNext,
  startNginx,
  startPlain,
  writeConfig,
} from './servers.js'
import { findCommand, onStage } from './stage.js'

const APP = join(REPO, 'apps/acme')
const LOAD = fileURLToPath(new URL('load.js', import.meta.url))
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
      const ask = (server, path) => runLoad(stage, server, { path, seconds })
      const askMany = (server, path) => runWrk(stage, wrk, server, path, seconds)
      const pages = PAGES.filter(({ path }) => page === undefined || path === page)
      for (const { path } of pages) {
        for (const server of servers) {
          await runLoad(stage, server, { path, requests: WARM, connections: CONNECTIONS })
        }
      }
      for (const each of pages) {
        const name = `${each.path}, ${each.what} of apps/acme`
        printMeasured(`${name}: 1 connection`, servers, await measure(servers, each, rounds, ask))
        if (each.target && runtime === 'process') {
          console.log('  target: at least 0.90 of nginx + next start, at most +0.30 ms at p50')
        }
        if (wrk === undefined) continue
        const many = await measure(servers, each, rounds, askMany)
        printMeasured(`${name}: ${CONNECTIONS} connections (wrk)`, servers, many)
      }
    },
    { pin },
  )
}

/** nginx and the bare forwarder have a `next start` of their own, so that each app process sees as many requests as the others. */
async function startServers(stage, runtime) {
  const config = await writeConfig(stage, {
    'gateway.json': { appsRoot: join(REPO, 'apps'), ...NO_RATE },
    'apps/acme.json': { dir: APP, runtime },
    'tenants/acme.json': { hosts: ['acme.localhost'] },
  })
  const servers = [await startGateway(stage, config, 'acme.localhost', `tenantry ${runtime}`)]
  if (runtime === 'shared') servers.push(await startPlain(stage, [APP]))
  else {
    const upstream = await startNext(stage, APP, 'next start behind node:http')
    servers.push(behind(await startForwarder(stage, upstream.port), upstream))
  }
  const nginx = findCommand('nginx')
  if (nginx === undefined) console.log('  nginx is not installed: it is left out')
  else {
    const upstream = await startNext(stage, APP, 'next start behind nginx')
    servers.push(behind(await startNginx(stage, nginx, upstream.port), upstream))
  }
  servers.push(await startNext(stage, APP))
  return servers.map((server) => ({ pids: [server.pid], ...server }))
}

function behind(server, upstream) {
  return { ...server, pids: [server.pid, upstream.pid] }
}

/** The servers take turns, so that noise hits all alike. @returns the rounds of each server, by name */
async function measure(servers, { path }, rounds, ask) {
  const found = new Map(servers.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const server of servers) {
      const before = await readCpu(server.pids)
      const measured = await ask(server, path)
      const cpu = ((await readCpu(server.pids)) - before) / measured.answered
      found.get(server.name).push({ ...measured, cpu })
    }
  }
  return found
}

async function runLoad(stage, { port, host }, options) {
  const args = Object.entries({ port, host, ...options }).map(
    ([name, value]) => `--${name}=${value}`,
  )
  return JSON.parse(await stage.run(process.execPath, [LOAD, ...args]))
}

async function runWrk(stage, wrk, { port, host }, path, seconds) {
  const load = ['-t1', `-c${CONNECTIONS}`, `-d${Math.max(1, Math.round(seconds))}s`, '--latency']
  const url = `http://127.0.0.1:${port}${path}`
  const text = await stage.run(wrk, [...load, '-H', `Host: ${host}`, url])
  if (/Non-2xx|Socket errors/.test(text)) throw new Error(`${path} failed under load:\n${text}`)
  return {
    answered: Number(/(\d+) requests in/.exec(text)?.[1]),
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]),
    p50: milliseconds(/^\s+50%\s+(\S+)/m.exec(text)?.[1]),
    p99: milliseconds(/^\s+99%\s+(\S+)/m.exec(text)?.[1]),
  }
}

function milliseconds(text = '') {
  const [, number, unit] = /^([\d.]+)(us|ms|s)$/.exec(text) ?? []
  return Number(number) * { us: 0.001, ms: 1, s: 1000 }[unit]
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
  const middle = (key) => median(rounds.map((round) => round[key]))
  return [
    middle('perSecond').toFixed(0),
    middle('p50').toFixed(3),
    middle('p99').toFixed(2),
    middle('cpu').toFixed(2),
  ]
}

function compare(rounds, base) {
  const ratios = rounds.map(({ perSecond }, i) => perSecond / base[i].perSecond)
  const added = median(rounds.map(({ p50 }, i) => p50 - base[i].p50))
  const range = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`
  return [`${median(ratios).toFixed(2)} (${range})`, `${added < 0 ? '' : '+'}${added.toFixed(3)}`]
}
