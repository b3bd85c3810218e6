// What the fast path is compared with, each warm and seen to answer the same.
import { get } from 'node:http'
import { dirname } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { startNginx } from './nginx.js'
import { printRows } from './report.js'
import { NO_RATE, startGateway, startNext, startRaw, writeConfig } from './servers.js'
import { SITE } from './site.js'
import { isMissing } from './stage.js'
import { startVarnish } from './varnish.js'

export const OURS = ['tenantry process', 'tenantry shared']
export const RAW = 'raw node:http'
export const NEXT = 'next start'
export const NGINX = 'nginx + next start'
export const NGINX_CACHE = 'nginx cache + next start'
const VARNISH = 'varnish + next start'
/** In the order in which they are asked and printed; those in front of another are named after it. */
const NAMES = [...OURS, RAW, NGINX, NGINX_CACHE, VARNISH, NEXT]
const HOST = 'site.localhost'

/** The gateway under measurement: all else is as it is by default. */
const GATEWAY = { appsRoot: dirname(SITE), control: { socket: false }, ...NO_RATE }
const APP = { dir: SITE }
const TENANT = { hosts: [HOST] }

/** How many times each row is asked for before anything is looked at: caches have it by then. */
const ASKED = 4
/** Next.js does not write a page with the same numbers each time. */
const NEAR = 0.01

/**
 * Each proxy has a `next start` of its own, so that every app process sees the same requests.
 * @param isReversed starts them in the other order
 * @returns `[{ name, host, port, pids }]`
 */
export async function startServers(stage, rows, encoding, isReversed) {
  const starts = [
    () => startTenantry(stage, 'process'),
    () => startTenantry(stage, 'shared'),
    () => startNext(stage, SITE, NEXT),
  ]
  if (!isMissing('nginx')) {
    starts.push(
      () => inFront(stage, NGINX, startNginx),
      () => inFront(stage, NGINX_CACHE, (...args) => startNginx(...args, { cache: true })),
    )
  }
  if (!isMissing('varnishd')) starts.push(() => inFront(stage, VARNISH, startVarnish))
  const servers = []
  for (const start of isReversed ? starts.toReversed() : starts) servers.push(await start())
  const tenantry = servers.find(({ name }) => name === OURS[0])
  servers.push(await startRaw(stage, RAW, await readAnswers(tenantry, rows, encoding)))
  return servers
    .map((server) => ({ pids: [server.pid], ...server }))
    .toSorted((a, b) => NAMES.indexOf(a.name) - NAMES.indexOf(b.name))
}

export async function startTenantry(stage, runtime, nodeFlags = []) {
  const files = {
    'gateway.json': GATEWAY,
    'apps/site.json': { ...APP, runtime },
    'tenants/site.json': TENANT,
  }
  const config = await writeConfig(stage, files, `config-${runtime}`)
  return startGateway(stage, config, HOST, `tenantry ${runtime}`, nodeFlags)
}

async function inFront(stage, name, start) {
  const next = await startNext(stage, SITE, `next start behind ${name}`)
  const server = await start(stage, next.port, name)
  return { ...server, pids: [server.pid, next.pid] }
}

/** Headers that are of the connection, or that Node.js writes itself. */
const OWN_HEADERS = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'date',
  'content-length',
])

async function readAnswers(server, rows, encoding) {
  const answers = {}
  for (const { path } of rows) {
    const { rawHeaders, body } = await askWarm(server, path, encoding)
    const headers = ['Content-Length', String(body.length)]
    for (let i = 0; i < rawHeaders.length; i += 2) {
      if (OWN_HEADERS.has(rawHeaders[i].toLowerCase())) continue
      headers.push(rawHeaders[i], rawHeaders[i + 1])
    }
    answers[path] = { headers, body: body.toString('base64') }
  }
  return answers
}

/**
 * Asks each server for each row.
 * @param isPrinted prints what it answers
 * @throws where a status is not 200, or what is answered has not the size that `next start` gives it
 */
export async function verify(servers, rows, encoding, isPrinted) {
  const table = [['', ...rows.map(({ kind }) => kind)]]
  const sizes = new Map()
  for (const server of servers.toReversed()) {
    const cells = []
    for (const { path, kind } of rows) {
      const answer = await askWarm(server, path, encoding)
      const size = decoded(answer).length
      if (!sizes.has(kind)) sizes.set(kind, size)
      const isNear = Math.abs(size / sizes.get(kind) - 1) < NEAR
      if (answer.status !== 200 || !isNear) {
        const expected = `200 and ${sizes.get(kind)} bytes`
        throw new Error(
          `${server.name}: ${path}: ${answer.status} and ${size} bytes, not ${expected}`,
        )
      }
      cells.push(describe(answer))
    }
    table.splice(1, 0, [server.name, ...cells])
  }
  if (isPrinted) printRows('What is answered: bytes, coding, and what caches say', table)
}

/** The cache of Next.js speaks last: it says the same behind the others. */
const VERDICTS = ['cache-status', 'x-cache', 'age', 'x-nextjs-cache']

function describe({ headers, body }) {
  const verdict = VERDICTS.find((name) => headers[name] !== undefined)
  const said = verdict === undefined ? '' : `${verdict}: ${headers[verdict]}`
  return [body.length, headers['content-encoding'] ?? '', said].filter(Boolean).join(' ')
}

function decoded({ headers, body }) {
  const coding = headers['content-encoding']
  if (coding === 'br') return brotliDecompressSync(body)
  return coding === 'gzip' ? gunzipSync(body) : body
}

async function askWarm(server, path, encoding) {
  for (let i = 1; i < ASKED; i++) await ask(server, path, encoding)
  return ask(server, path, encoding)
}

/** One GET with nothing decoded: `{ status, headers, rawHeaders, body }`. */
export function ask({ host, port }, path, encoding = '') {
  return new Promise((resolve, reject) => {
    const headers = { host, accept: '*/*', 'user-agent': 'tenantry-bench' }
    if (encoding !== '') headers['accept-encoding'] = encoding
    const request = get({ host: '127.0.0.1', port, path, headers, agent: false }, (res) => {
      const chunks = []
      res.on('data', (chunk) => chunks.push(chunk)).once('error', reject)
      res.once('end', () => {
        const { statusCode: status, headers, rawHeaders } = res
        resolve({ status, headers, rawHeaders, body: Buffer.concat(chunks) })
      })
    })
    request.once('error', reject)
  })
}
