// The gateway as a proxy, beside nginx, HAProxy and the shortest forwarder that node:http allows, all in front of one
// upstream, with connections kept alive on both sides.
// The upstream is nginx with files of a fixed size, since nothing that is easy to install answers with less work. Where
// servers are pinned it shares the core of the load: on that of the proxies it would be measured with them. One proxied
// request costs a proxy more than wrk and the upstream together, so that it is the proxy that is full.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ask } from './fast-servers.js'
import { startHaproxy } from './haproxy.js'
import { compareRates, measureHalf, measurePeak, printRatio, summarise, warmUp } from './measure.js'
import { startFiles, startNginx } from './nginx.js'
import { printRows } from './report.js'
import { NO_RATE, startForwarder, startGateway, startRaw, writeConfig } from './servers.js'
import { isMissing, onStage } from './stage.js'

const OURS = 'tenantry upstream'
const NGINX = 'nginx'
const HOST = 'site.localhost'
const SIZES = { '/1k.txt': 1024, '/64k.txt': 65_536 }
const CROWD = 1000
/** Requests of each server and size before anything is measured: V8 goes on optimising for as long. */
const WARM = 20_000
const LEAST = 0.5

/** @param options `seconds` of each measurement, `rounds` of them for each server, `connections` */
export async function benchUpstream({ seconds, rounds, pin, connections }) {
  const figures = { rows: {}, targets: [] }
  await onStage(
    async (stage) => {
      const servers = await startServers(stage)
      for (const [path, size] of Object.entries(SIZES)) {
        for (const server of servers) await check(server, path, size)
        await warmUp(stage, servers, { path, connections: 16, requests: WARM })
      }
      for (const [path, size] of Object.entries(SIZES)) {
        for (const count of [connections, CROWD]) {
          const options = { path, connections: count, seconds }
          const peak = await measurePeak(stage, servers, rounds, options)
          const half = await measureHalf(stage, servers, rounds, options, peak)
          const title = `${size / 1024} KB, ${count} connections`
          figures.rows[title] = print(title, servers, peak, half)
          if (count === connections) figures.targets.push(judge(title, peak))
        }
      }
    },
    { pin },
  )
  return figures
}

async function startServers(stage) {
  const upstream = await startUpstream(stage)
  const servers = [await startTenantryBefore(stage, upstream)]
  if (!isMissing('nginx')) servers.push(await startNginx(stage, upstream.port, NGINX))
  if (!isMissing('haproxy')) servers.push(await startHaproxy(stage, upstream.port))
  servers.push(await startForwarder(stage, upstream.port, 'node:http'))
  return servers.map((server) => ({ pids: [server.pid], ...server }))
}

/** The gateway in front of an upstream, with everything as it is by default. */
export async function startTenantryBefore(stage, { port }, nodeFlags = []) {
  const config = await writeConfig(stage, {
    'gateway.json': { control: { socket: false }, ...NO_RATE },
    'apps/site.json': { kind: 'upstream', targets: [`http://127.0.0.1:${port}`] },
    'tenants/site.json': { hosts: [HOST] },
  })
  return startGateway(stage, config, HOST, OURS, nodeFlags)
}

/** The upstream of all of them. */
export async function startUpstream(stage) {
  const name = 'upstream'
  const bodies = Object.entries(SIZES).map(([path, size]) => [
    path,
    Buffer.alloc(size, 'tenantry '),
  ])
  if (isMissing('nginx')) {
    const answers = bodies.map(([path, body]) => {
      const headers = {
        'Content-Type': 'text/plain',
        'Content-Length': body.length,
        'Cache-Control': 'no-store',
      }
      return [path, { headers, body: body.toString('base64') }]
    })
    return startRaw(stage, name, Object.fromEntries(answers), { besideLoad: true })
  }
  const root = join(stage.folder, 'files')
  await mkdir(root)
  for (const [path, body] of bodies) await writeFile(join(root, path), body)
  return startFiles(stage, root, name, { besideLoad: true })
}

async function check(server, path, size) {
  const { status, body } = await ask(server, path)
  if (status !== 200 || body.length !== size) {
    throw new Error(`${server.name}: ${path}: ${status} and ${body.length} bytes`)
  }
}

/** @returns server → figures, times in milliseconds */
function print(title, servers, peak, half) {
  const found = servers.map(({ name }) => {
    const full = summarise(peak.get(name))
    const { p50, p99 } = summarise(half.get(name))
    const { perSecond, cpu } = full
    return [name, { perSecond, cpuMs: cpu, p99AtPeak: full.p99, p50AtHalf: p50, p99AtHalf: p99 }]
  })
  printRows(`Proxied: ${title}`, [
    ['', 'req/s', 'CPU µs', 'p99 ms', 'p50 ms at half of it', 'p99 ms'],
    ...found.map(([name, { perSecond, cpuMs, p99AtPeak, p50AtHalf, p99AtHalf }]) => [
      name,
      perSecond.toFixed(0),
      (cpuMs * 1000).toFixed(1),
      p99AtPeak.toFixed(2),
      p50AtHalf.toFixed(3),
      p99AtHalf.toFixed(2),
    ]),
  ])
  return Object.fromEntries(found)
}

function judge(title, peak) {
  if (!peak.has(NGINX)) return undefined
  const ratio = compareRates(peak.get(OURS), peak.get(NGINX))
  const isReached = ratio.median >= LEAST
  const verdict = isReached ? 'PASS' : 'MISS'
  console.log(`  ${verdict}: ${printRatio(ratio)} of nginx; target: at least ${LEAST.toFixed(1)}`)
  return { title, base: NGINX, ...ratio, least: LEAST, isReached }
}
