import { pathOf } from '../http/target.ts'
import type { Logger } from '../telemetry/logger.ts'
import { plainLines, quote } from '../telemetry/plain-lines.ts'
import { atEnd, type Exchange } from './exchange.ts'

/** Status in the log where the client left before the answer, as nginx writes it. */
const CLIENT_LEFT = 499

/**
 * Makes the step that writes one line when the exchange ends. Headers, cookies and the query string never appear.
 * `ms` and `ttfb` are milliseconds; `bytes` is what went to the client, head included.
 */
export function createAccessLog(logger: Logger): (exchange: Exchange) => void {
  const write = plainLines(logger)
  return (exchange) => {
    const { req } = exchange
    const { url: asked } = req
    const before = req.socket.bytesWritten
    atEnd(exchange, () => {
      // An app in this process changes `url` in place.
      const url = asked?.startsWith('/') === true ? asked : req.url
      const members = membersOf(exchange, url, before)
      const { error } = exchange.outcome
      if (error === undefined) write(members, 'request')
      else logger.info({ ...(JSON.parse(`{${members}}`) as object), err: error }, 'request')
    })
  }
}

/**
 * The line's members in JSON. They are written out one by one, as this is done for each request.
 * @param before `bytesWritten` of the socket when the exchange began
 */
function membersOf(exchange: Exchange, url: string | undefined, before: number): string {
  const { id, req, res, found, client, startedAt, outcome, cache, upgradeStatus } = exchange
  const { served, target, limit } = outcome
  const now = performance.now()
  const status = upgradeStatus || (res.headersSent ? res.statusCode : CLIENT_LEFT)
  const bytes = (res.bytesAt === -1 ? req.socket.bytesWritten : res.bytesAt) - before
  let members = `"event":"request","id":"${id}"`
  if (found !== undefined) members += `,${found.rule.tenant.logged}`
  const host = found === undefined ? quote(exchange.rawHost.slice(0, 255)) : `"${found.host}"`
  members += `,"client":${quote(client)},"host":${host},"method":"${req.method}","path":${quote(loggedPath(url))}`
  members += `,"status":${status},"bytes":${bytes},"ms":${round(now - startedAt)}`
  if (res.headAt !== 0) members += `,"ttfb":${round(res.headAt - startedAt)}`
  members += `,"served":${quote(served)}`
  if (target !== undefined) members += `,"target":${quote(target)}`
  if (limit !== undefined) members += `,"limit":"${limit}"`
  if (cache !== undefined) members += `,"cache":"${cache}"`
  const isWhole = upgradeStatus !== 0 || res.writableFinished
  return isWhole ? members : `${members},"aborted":true`
}

/** An absolute-form target that was refused is left out: it may hold credentials. */
function loggedPath(url: string | undefined): string {
  if (url === undefined || !url.startsWith('/')) return ''
  return pathOf(url).slice(0, 2048)
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100
}
