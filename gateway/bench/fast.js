// The fast path: what Next.js has rendered and built, through the gateway in both runtimes and through its peers, with
// bare node:http that answers from memory as the ceiling. Whatever has a log writes it.
import { startServers, verify } from './fast-servers.js'
import { judge, printSummary } from './fast-targets.js'
import { ENCODINGS, measureHalf, measurePeak, runLoad, summarise } from './measure.js'
import { printRows } from './report.js'
import { buildSite } from './site.js'
import { onStage } from './stage.js'
import { measureStampede } from './stampede.js'

/** Requests to each row of each server before anything is measured: V8 has optimised what it will by then. */
const WARM = 3000
/** Milliseconds; a load that is later than this says little of latencies. */
const LATE = 0.5

/**
 * @param options `seconds` of each measurement, `rounds` of them for each server, `connections`; `encoding`: a key of
 * `ENCODINGS`; `page`: only this row, by its path or its kind
 */
export async function benchFast({ seconds, rounds, pin, page, connections, encoding }) {
  const figures = { encoding, connections, rows: {} }
  await onStage(
    async (stage) => {
      const all = await buildSite(stage)
      const rows = all.filter(({ path, kind }) => page === undefined || [path, kind].includes(page))
      if (rows.length === 0)
        throw new Error(`the rows are ${all.map(({ kind }) => kind).join(', ')}`)
      const accept = ENCODINGS[encoding]
      const servers = await startServers(stage, rows, accept)
      await verify(servers, rows, accept)
      for (const { path } of rows) {
        const options = { path, encoding: accept, connections, requests: WARM }
        for (const server of servers) await runLoad(stage, server, options)
      }
      const peaks = new Map()
      for (const row of rows) {
        const options = { path: row.path, encoding: accept, connections, seconds }
        const peak = await measurePeak(stage, servers, rounds, options)
        peaks.set(row.kind, peak)
        const half = await measureHalf(stage, servers, rounds, options, peak)
        printRow(row, servers, peak, half, connections)
        figures.rows[row.kind] = collect(row, servers, peak, half)
      }
      figures.targets = judge(peaks)
      figures.stampede = await measureStampede(servers)
      printSummary(rows, peaks)
    },
    { pin },
  )
  return figures
}

function printRow({ path, what }, servers, peak, half, connections) {
  const lateness = []
  const rows = servers.map(({ name }) => {
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

function collect({ path, what }, servers, peak, half) {
  const of = ({ name }) => {
    const { perSecond, cpu } = summarise(peak.get(name))
    const { p50, p99 } = summarise(half.get(name))
    const rounds = peak.get(name).map(({ perSecond }) => perSecond)
    return [name, { perSecond, rounds, cpuMs: cpu, p50AtHalf: p50, p99AtHalf: p99 }]
  }
  return { path, what, servers: Object.fromEntries(servers.map(of)) }
}
