// How servers are asked and compared: in turns, so that noise hits all alike.
import { fileURLToPath } from 'node:url'
import { readCpu, signalAll } from './processes.js'
import { median } from './report.js'
import { findCommand, isMissing } from './stage.js'

const LOAD = fileURLToPath(new URL('load.js', import.meta.url))
const RATE = fileURLToPath(new URL('load-rate.js', import.meta.url))

const STOP = 'SIGSTOP'
const CONT = 'SIGCONT'

/** What `Accept-Encoding` says: what every server has, as browsers over plain HTTP, or nothing. */
export const ENCODINGS = { gzip: 'gzip', browser: 'gzip, br', none: '' }

/**
 * @param servers `[{ name, pids }]`
 * @param ask asks a server and gives what it measured, `answered` among it
 * @returns the rounds of each server, by name, with `cpu`: milliseconds for each answer
 */
export async function takeTurns(servers, rounds, ask) {
  const found = new Map(servers.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    await oneAtATime(servers, async (server) => {
      const before = await readCpu(server.pids)
      const measured = await ask(server)
      const cpu = ((await readCpu(server.pids)) - before) / measured.answered
      found.get(server.name).push({ ...measured, cpu })
    })
  }
  return found
}

/**
 * Gives each server its turn while the others stand still (SIGSTOP), with all processes below them. In one that waits and runs, V8 collects
 * while no request is there, and all optimised code goes that embeds what only requests hold (on Node.js 24 600 to 900 functions at once:
 * `--trace-deopt`, "embedded weak objects cleared"): then what is measured is who waited when.
 */
async function oneAtATime(servers, work) {
  try {
    for (const server of servers) {
      for (const other of servers) await signalAll(other.pids, other === server ? CONT : STOP)
      await work(server)
    }
  } finally {
    for (const { pids } of servers) await signalAll(pids, CONT)
  }
}

/** One closed loop in Node.js. @param options the flags of `load.js` */
export function runLoad(stage, server, options) {
  return runNode(stage, LOAD, server, options)
}

/** Asks each server before anything is measured. @param options the flags of `load.js`, `requests` among them */
export function warmUp(stage, servers, options) {
  return oneAtATime(servers, (server) => runLoad(stage, server, options))
}

/** Requests at a fixed rate. @param options the flags of `load-rate.js` */
function runRate(stage, server, options) {
  return runNode(stage, RATE, server, options)
}

async function runNode(stage, file, { port, host }, options) {
  const args = Object.entries({ port, host, ...options }).map(([key, value]) => `--${key}=${value}`)
  return JSON.parse(await stage.run(process.execPath, [file, ...args]))
}

/** wrk, which asks as fast as it is answered. @param options `anyStatus`: errors are answers, too */
export async function runWrk(stage, wrk, { port, host }, options) {
  const { path, seconds, connections, encoding = '', anyStatus = false } = options
  const load = ['-t1', `-c${connections}`, `-d${Math.max(1, Math.round(seconds))}s`, '--latency']
  const fields = ['-H', `Host: ${host}`]
  if (encoding !== '') fields.push('-H', `Accept-Encoding: ${encoding}`)
  const url = `http://127.0.0.1:${port}${path}`
  const text = await stage.run(wrk, [...load, '--timeout', '10s', ...fields, url])
  const failure = anyStatus ? /Socket errors/ : /Non-2xx|Socket errors/
  if (failure.test(text)) throw new Error(`${path} failed under load:\n${text}`)
  return {
    answered: Number(/(\d+) requests in/.exec(text)?.[1]),
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]),
    p50: milliseconds(/^\s+50%\s+(\S+)/m.exec(text)?.[1]),
    p99: milliseconds(/^\s+99%\s+(\S+)/m.exec(text)?.[1]),
  }
}

/** As fast as each server answers; by Node.js where there is no wrk. @param options `path`, `connections`, `seconds`, `encoding` */
export function measurePeak(stage, servers, rounds, options) {
  const wrk = findCommand('wrk')
  if (wrk === undefined && isMissing('wrk')) {
    return takeTurns(servers, rounds, (server) => runLoad(stage, server, options))
  }
  return takeTurns(servers, rounds, (server) => runWrk(stage, wrk, server, options))
}

/** Each server at half of what it reaches itself. */
export function measureHalf(stage, servers, rounds, options, peak) {
  return takeTurns(servers, rounds, (server) => {
    const rate = Math.max(1, Math.round(summarise(peak.get(server.name)).perSecond / 2))
    return runRate(stage, server, { ...options, rate })
  })
}

function milliseconds(text = '') {
  const [, number, unit] = /^([\d.]+)(us|ms|s)$/.exec(text) ?? []
  return Number(number) * { us: 0.001, ms: 1, s: 1000 }[unit]
}

/** Medians over the rounds. */
export function summarise(rounds) {
  const middle = (key) => median(rounds.map((round) => round[key]))
  return {
    perSecond: middle('perSecond'),
    p50: middle('p50'),
    p99: middle('p99'),
    cpu: middle('cpu'),
  }
}

/** Requests a second of one to those of another: taken within each round. @returns `{ median, min, max }` */
export function compareRates(rounds, base) {
  const ratios = rounds.map(({ perSecond }, i) => perSecond / base[i].perSecond)
  return { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) }
}

export function printRatio({ median, min, max }) {
  return `${median.toFixed(2)} (${min.toFixed(2)} to ${max.toFixed(2)})`
}
