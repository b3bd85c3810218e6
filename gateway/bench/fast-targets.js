// What the fast path has to reach, and whether it does.
import { NEXT, NGINX, NGINX_CACHE, OURS, RAW } from './fast-servers.js'
import { compareRates, printRatio, summarise } from './measure.js'
import { printRows, verdict } from './report.js'

const TARGETS = [
  { kind: 'page', base: NEXT, least: 10 },
  { kind: 'asset', base: NEXT, least: 10 },
  { kind: 'page', base: RAW, least: 0.6 },
  { kind: 'asset', base: RAW, least: 0.6 },
  { kind: 'page', base: NGINX_CACHE, least: 0.7 },
  { kind: 'asset', base: NGINX_CACHE, least: 0.7 },
  { kind: 'dynamic', base: NGINX, least: 1 },
]

/** @param peaks kind of row → rounds of each server, by name. @returns what was printed, as objects */
export function judge(peaks) {
  const judged = TARGETS.flatMap(({ kind, base, least }) => {
    const found = peaks.get(kind)
    if (found?.has(base) !== true) return []
    return OURS.map((name) => {
      const ratio = compareRates(found.get(name), found.get(base))
      return { kind, name, base, ...ratio, least, isReached: ratio.median >= least }
    })
  })
  printRows('Targets: requests a second to those of a peer, in one round', [
    ['row', 'server', 'to', 'ratio', 'at least', ''],
    ...judged.map(({ kind, name, base, least, isReached, ...ratio }) => [
      kind,
      name,
      base,
      printRatio(ratio),
      least.toFixed(1),
      verdict(isReached),
    ]),
  ])
  return judged
}

/** Requests a second of every server for every row, as a table of Markdown. */
export function printSummary(rows, peaks) {
  const names = [...peaks.values().next().value.keys()]
  const cells = rows.map(({ kind, what }) => [
    what,
    ...names.map((name) =>
      Math.round(summarise(peaks.get(kind).get(name)).perSecond).toLocaleString('en'),
    ),
  ])
  console.log('\nRequests a second on one core\n')
  const header = ['', ...names]
  for (const row of [header, header.map((_, i) => (i === 0 ? '---' : '--:')), ...cells]) {
    console.log(`| ${row.join(' | ')} |`)
  }
}
