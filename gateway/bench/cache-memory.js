// A million distinct pages that may be kept, through a cache that has not room for them: does its limit hold?
import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { runLoad } from './measure.js'
import { readMemory } from './memory.js'
import { printRows } from './report.js'
import { NO_RATE, startGateway, startRaw, writeConfig } from './servers.js'
import { onStage } from './stage.js'

const HOST = 'site.localhost'
const URLS = 1_000_000
const PAGE_BYTES = 2048
const MEGABYTE = 1_048_576
/** What the cache may hold, in MB. */
const LIMIT = 64
const GATEWAY = { control: { socket: false }, cache: { maxBytes: LIMIT * MEGABYTE }, ...NO_RATE }
/** What the gateway may take beside it. */
const BESIDE = 64
const CONNECTIONS = 64
/** Requests for one page before the memory is read: the heap has the size by then that traffic gives it. */
const WARM = 50_000
/** Seconds after which the load gives up. */
const PATIENCE = 3600
const SETTLE = 3000

export async function benchCacheMemory({ pin }) {
  let figures
  await onStage(
    async (stage) => {
      if (!existsSync('/proc/self/smaps_rollup')) {
        console.log('  there is no /proc/PID/smaps_rollup here: memory is left out')
        return
      }
      const gateway = await start(stage)
      const load = (path, requests) =>
        runLoad(stage, gateway, { path, requests, connections: CONNECTIONS, seconds: PATIENCE })
      await load('/warm', WARM)
      const before = await readRss(gateway)
      const watch = watchPeak(gateway)
      const { answered } = await load('/pages/{n}', URLS)
      if (answered < URLS) throw new Error(`only ${answered} were answered in ${PATIENCE} s`)
      await delay(SETTLE)
      const peak = await watch.stop()
      const after = await readRss(gateway)
      figures = {
        urls: URLS,
        limit: LIMIT,
        before,
        peak,
        after,
        isReached: after - before <= LIMIT + BESIDE,
      }
      print(figures)
    },
    { pin },
  )
  return figures
}

async function start(stage) {
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
  const config = await writeConfig(stage, {
    'gateway.json': GATEWAY,
    'apps/site.json': { kind: 'upstream', targets: [`http://127.0.0.1:${upstream.port}`] },
    'tenants/site.json': { hosts: [HOST] },
  })
  return startGateway(stage, config, HOST)
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

function print({ before, peak, after, isReached }) {
  printRows(
    `RSS of the gateway, ${URLS.toLocaleString('en')} pages of 2 KB, cache of ${LIMIT} MB`,
    [
      ['', 'MB', 'above before'],
      ['before', before.toFixed(0), ''],
      ['highest', peak.toFixed(0), (peak - before).toFixed(0)],
      ['after', after.toFixed(0), (after - before).toFixed(0)],
    ],
  )
  console.log(`  ${isReached ? 'PASS' : 'MISS'}; target: at most ${LIMIT + BESIDE} MB above before`)
}
