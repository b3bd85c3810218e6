import { pathOf } from '../http/target.ts'
import type { Logger } from '../telemetry/logger.ts'
import { plainLines } from '../telemetry/plain-lines.ts'
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
    const { req, res } = exchange
    const socket = req.socket
    const { method, url: asked } = req
    const before = socket.bytesWritten
    atEnd(exchange, () => {
      const now = performance.now()
      const answered = exchange.upgradeStatus || (res.headersSent ? res.statusCode : CLIENT_LEFT)
      const found = exchange.found
      const fields = {
        event: 'request',
        id: exchange.id,
        tenant: found?.rule.tenant.id,
        app: found?.rule.tenant.app,
        client: exchange.client,
        host: found?.host ?? exchange.rawHost.slice(0, 255),
        method,
        // An app in this process changes `url` in place.
        path: loggedPath(asked?.startsWith('/') === true ? asked : req.url),
        status: answered,
        bytes: (res.bytesAt === -1 ? socket.bytesWritten : res.bytesAt) - before,
        ms: round(now - exchange.startedAt),
        ttfb: res.headAt === 0 ? undefined : round(res.headAt - exchange.startedAt),
        served: exchange.outcome.served,
        target: exchange.outcome.target,
        limit: exchange.outcome.limit,
        cache: exchange.cache,
        aborted: exchange.upgradeStatus !== 0 || res.writableFinished ? undefined : true,
      }
      if (exchange.outcome.error === undefined) write(fields, 'request')
      else logger.info({ ...fields, err: exchange.outcome.error }, 'request')
    })
  }
}

/** An absolute-form target that was refused is left out: it may hold credentials. */
function loggedPath(url: string | undefined): string {
  if (url === undefined || !url.startsWith('/')) return ''
  return pathOf(url).slice(0, 2048)
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100
}
