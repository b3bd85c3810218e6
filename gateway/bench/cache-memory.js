// A million distinct pages that may be kept, through a cache that has not room for them: does its limit hold?
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ENCODINGS, runLoad } from './measure.js'
import { readMemory } from './memory.js'
import { printRows } from './report.js'
import { NO_RATE, startGateway, startRaw, untilAnswered, writeConfig } from './servers.js'
import { buildSite, SITE } from './site.js'
import { onStage } from './stage.js'

const HOST = 'site.localhost'
const SHARED_HOST = 'shared.localhost'
const PAGE_BYTES = 2048
const MEGABYTE = 1_048_576
/** What the cache may hold, in MB. */
const LIMIT = 64
const GATEWAY = {
  appsRoot: dirname(SITE),
  control: { socket: false },
  cache: { maxBytes: LIMIT * MEGABYTE },
  ...NO_RATE,
}
/** What the gateway may take beside it. */
const BESIDE = 64
const CONNECTIONS = 64
/** Requests for one page before the memory is read: the heap has the size by then that traffic gives it. */
const WARM = 50_000
/** Seconds after which the load gives up. */
const PATIENCE = 3600
const SETTLE = 3000

/** Each with a gateway of its own. In two of them a shared app runs beside. */
const CASES = [
  { name: 'upstreams alone' },
  { name: 'upstreams alone, gzip and brotli', encoding: ENCODINGS.browser },
  { name: 'beside a shared app', hasShared: true },
  {
    name: 'beside a shared app, gzip and brotli',
    hasShared: true,
    encoding: ENCODINGS.browser,
  },
]

/** @param options `urls`: how many distinct pages are asked for */
export async function benchCacheMemory({ pin, urls }) {
  if (!existsSync('/proc/self/smaps_rollup')) {
    console.log('  there is no /proc/PID/smaps_rollup here: memory is left out')
    return undefined
  }
  const rows = []
  for (const each of CASES) {
    await onStage(async (stage) => void rows.push(await measure(stage, each, urls)), { pin })
  }
  print(rows, urls)
  return { urls, limit: LIMIT, rows }
}

async function measure(stage, { name, hasShared = false, encoding = '' }, urls) {
  const gateway = await start(stage, hasShared)
  const load = async (path, requests) => {
    const options = { path, encoding, requests, connections: CONNECTIONS, seconds: PATIENCE }
    const { answered } = await runLoad(stage, gateway, options)
    if (answered < requests) throw new Error(`only ${answered} were answered in ${PATIENCE} s`)
  }
  await load('/warm', Math.min(WARM, urls))
  const before = await readRss(gateway)
  const watch = watchPeak(gateway)
  await load('/pages/{n}', urls)
  await delay(SETTLE)
  const peak = await watch.stop()
  const after = await readRss(gateway)
  return {
    name,
    before,
    peak,
    after,
    isPeakWithin: peak - before <= LIMIT + BESIDE,
    isReached: after - before <= LIMIT + BESIDE,
  }
}

async function start(stage, hasShared) {
  const page = {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Length': PAGE_BYTES,
      'Cache-Control': 'public, s-maxage=3600',
      ETag: '"page"',
    },
    body: Buffer.alloc(PAGE_BYTES, 'tenantry ').toString('base64'),
  }
  const upstream = await startRaw(stage, 'upstream', { '*': page }, { besideLoad: true })
  const files = {
    'gateway.json': GATEWAY,
    'apps/site.json': { kind: 'upstream', targets: [`http://127.0.0.1:${upstream.port}`] },
    'tenants/site.json': { hosts: [HOST] },
  }
  if (hasShared) {
    await buildSite(stage)
    files['apps/shared.json'] = { dir: SITE, runtime: 'shared' }
    files['tenants/shared.json'] = { hosts: [SHARED_HOST] }
  }
  const gateway = await startGateway(stage, await writeConfig(stage, files), HOST)
  if (hasShared) await untilAnswered(gateway, gateway.port, SHARED_HOST)
  return gateway
}

/** @returns MB */
async function readRss({ pid }) {
  return (await readMemory(pid)).rss / MEGABYTE
}

function watchPeak(server) {
  let peak = 0
  const read = async () => (peak = Math.max(peak, await readRss(server)))
  const timer = setInterval(() => void read(), 250)
  return {
    async stop() {
      clearInterval(timer)
      await read()
      return peak
    },
  }
}

function print(rows, urls) {
  printRows(
    `RSS of the gateway in MB, ${urls.toLocaleString('en')} pages of 2 KB, cache of ${LIMIT} MB`,
    [
      ['', 'before', 'highest above it', `above it ${SETTLE / 1000} s after`],
      ...rows.map((row) => [
        row.name,
        row.before.toFixed(0),
        `${above(row, row.peak)} ${row.isPeakWithin ? 'PASS' : 'MISS'}`,
        `${above(row, row.after)} ${row.isReached ? 'PASS' : 'MISS'}`,
      ]),
    ],
  )
  console.log(`  target: at most ${LIMIT + BESIDE} MB above before`)
}

function above({ before }, value) {
  return (value - before).toFixed(0)
}
