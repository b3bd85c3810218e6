// The fast path: what Next.js has rendered and built, through the gateway in both runtimes and through its peers, with
// bare node:http that answers from memory as the ceiling. Whatever has a log writes it.
import { startServers, verify } from './fast-servers.js'
import { judge, printSummary } from './fast-targets.js'
import { ENCODINGS, measureHalf, measurePeak, summarise, warmUp } from './measure.js'
import { printRows } from './report.js'
import { buildSite } from './site.js'
import { onStage } from './stage.js'
import { measureStampede } from './stampede.js'

/**
 * Requests to each row of each server before anything is measured: V8 has optimised what it will by then, which takes the longest where
 * Next.js renders for each of them.
 */
const WARM = 1500
const WARM_RENDERED = { dynamic: 5000, route: 8000 }
/** Milliseconds; a load that is later than this says little of latencies. */
const LATE = 0.5

/**
 * @param options `seconds` of each measurement, `rounds` of them for each server, `starts` of all servers, `connections`; `encoding`: a key of
 * `ENCODINGS`; `page`: only this row, by its path or its kind
 */
export async function benchFast(options) {
  const { encoding, connections, starts, pin } = options
  const rows = new Map()
  let stampede
  for (let start = 0; start < starts; start++) {
    const run = async (stage) => {
      const servers = await measureRows(stage, rows, options, start)
      stampede ??= await measureStampede(servers)
    }
    await onStage(run, { pin })
  }
  for (const row of rows.values()) printRow(row, connections)
  const peaks = new Map([...rows.values()].map(({ kind, peak }) => [kind, peak]))
  const targets = judge(peaks)
  printSummary([...rows.values()], peaks)
  const figures = [...rows.values()].map((row) => [row.kind, collect(row)])
  return { encoding, connections, rows: Object.fromEntries(figures), targets, stampede }
}

/**
 * Measures each row on servers that are started for it, every second time in the other order: two processes of one server differ as much as
 * two servers do.
 * @param rows kind → row with the rounds of each server so far, `peak` and `half`, by name; added to
 */
async function measureRows(stage, rows, options, start) {
  const { seconds, rounds, page, connections, encoding } = options
  const all = await buildSite(stage)
  const asked = all.filter(({ path, kind }) => page === undefined || [path, kind].includes(page))
  if (asked.length === 0) {
    throw new Error(`the rows are ${all.map(({ kind }) => kind).join(', ')}`)
  }
  const accept = ENCODINGS[encoding]
  const servers = await startServers(stage, asked, accept, start % 2 === 1)
  await verify(servers, asked, accept, start === 0)
  for (const { path, kind } of asked) {
    const requests = WARM_RENDERED[kind] ?? WARM
    await warmUp(stage, servers, { path, encoding: accept, connections, requests })
  }
  for (const row of asked) {
    const load = { path: row.path, encoding: accept, connections, seconds }
    const peak = await measurePeak(stage, servers, rounds, load)
    const half = await measureHalf(stage, servers, rounds, load, peak)
    const known = rows.get(row.kind) ?? { ...row, servers: servers.map(({ name }) => name) }
    rows.set(row.kind, { ...known, peak: join(known.peak, peak), half: join(known.half, half) })
  }
  return servers
}

function join(known = new Map(), more) {
  return new Map([...more].map(([name, rounds]) => [name, [...(known.get(name) ?? []), ...rounds]]))
}

function printRow({ path, what, servers, peak, half }, connections) {
  const lateness = []
  const rows = servers.map((name) => {
    const { perSecond, cpu } = summarise(peak.get(name))
    const { p50, p99 } = summarise(half.get(name))
    const late = Math.max(...half.get(name).map(({ late = 0 }) => late))
    if (late > LATE) lateness.push(late)
    return [
      name,
      perSecond.toFixed(0),
      (cpu * 1000).toFixed(1),
      p50.toFixed(3),
      `${p99.toFixed(2)}${late > LATE ? ' *' : ''}`,
    ]
  })
  printRows(`${path}, ${what}: ${connections} connections`, [
    ['', 'req/s', 'CPU µs', 'p50 ms at half of it', 'p99 ms'],
    ...rows,
  ])
  if (lateness.length === 0) return
  console.log(`  * the load was late by itself: ${Math.max(...lateness).toFixed(1)} ms at its p99`)
}

function collect({ path, what, servers, peak, half }) {
  const of = (name) => {
    const { perSecond, cpu } = summarise(peak.get(name))
    const { p50, p99 } = summarise(half.get(name))
    const rounds = peak.get(name).map(({ perSecond }) => perSecond)
    return [name, { perSecond, rounds, cpuMs: cpu, p50AtHalf: p50, p99AtHalf: p99 }]
  }
  return { path, what, servers: Object.fromEntries(servers.map(of)) }
}
