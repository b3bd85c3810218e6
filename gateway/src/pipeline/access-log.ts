import type { Logger } from '../telemetry/logger.ts'
import type { Exchange } from './exchange.ts'

/** Status in the log where the client left before the answer, as nginx writes it. */
const CLIENT_LEFT = 499

/**
 * Writes one line when the exchange ends. Headers, cookies and the query string never appear.
 * `ms` and `ttfb` are milliseconds; `bytes` is what went to the client, head included.
 */
export function logAccess(exchange: Exchange, logger: Logger): void {
  const { req, res, upgrade } = exchange
  const socket = req.socket
  const method = req.method
  const before = socket.bytesWritten
  let firstByteAt = 0
  let after = -1
  onHead(res, () => (firstByteAt = performance.now()))
  // Ahead of Node's own listener, which lets the next pipelined request begin.
  res.prependOnceListener('finish', () => (after = socket.bytesWritten))
  const ended = upgrade === undefined ? res : upgrade.socket
  ended.once('close', () => {
    const now = performance.now()
    const answered = exchange.upgradeStatus || (res.headersSent ? res.statusCode : CLIENT_LEFT)
    const found = exchange.found
    logger.info(
      {
        event: 'request',
        id: exchange.id,
        client: exchange.clientAddress,
        tenant: found?.rule.tenant.id,
        app: found?.rule.tenant.app,
        host: found?.host ?? exchange.rawHost.slice(0, 255),
        method,
        path: pathOf(req.url),
        status: answered,
        bytes: (after === -1 ? socket.bytesWritten : after) - before,
        ms: round(now - exchange.startedAt),
        ttfb: firstByteAt === 0 ? undefined : round(firstByteAt - exchange.startedAt),
        served: exchange.served,
        aborted: exchange.upgradeStatus !== 0 || res.writableFinished ? undefined : true,
        err: exchange.error,
      },
      'request',
    )
  })
}

function onHead(res: Exchange['res'], then: () => void): void {
  const writeHead = res.writeHead.bind(res) as (...args: unknown[]) => typeof res
  res.writeHead = (...args: unknown[]) => {
    then()
    return writeHead(...args)
  }
}

/** An absolute-form target that was refused is left out: it may hold credentials. */
function pathOf(url: string | undefined): string {
  if (url === undefined || !url.startsWith('/')) return ''
  const end = url.indexOf('?')
  return (end === -1 ? url : url.slice(0, end)).slice(0, 2048)
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100
}
