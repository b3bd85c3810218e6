import type { Socket } from 'node:net'
import { Answer } from '../http/answer.ts'
import type { Received } from '../http/received.ts'
import type { TrustCheck } from '../http/trust.ts'
import type { ResponseCache } from '../cache/response-cache.ts'
import type { Site } from '../releases/site.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Directory } from '../tenants/directory.ts'
import { createAccessLog } from './access-log.ts'
import { compressAnswer, leaveToApp, negotiateEncoding, type Compressing } from './compression.ts'
import { answerError } from './answer-error.ts'
import { dispatch, type ClaimInstance } from './dispatch.ts'
import { openExchange, type Exchange } from './exchange.ts'
import { Fills } from './fills.ts'
import { setForwardingHeaders } from './forwarding.ts'
import { checkFraming } from './framing.ts'
import { readHost } from './host.ts'
import type { Limits } from './limits.ts'
import { redirectAlias } from './redirect.ts'
import { answerFromCache } from './response-cache.ts'
import { invalidateAfterChange } from './invalidate.ts'
import { checkSize } from './sizes.ts'
import { serveStaticFile, streamStaticFile, type StaticFiles } from './static-files.ts'
import { findTenant, refuseSuspended } from './tenant.ts'
import { reloadOnUnknownAction } from './unknown-action.ts'
import { checkWebSocketOrigin } from './web-socket-origin.ts'

/** What the steps need; `directory`, `trust` and `compressing` are read anew for each request, as a reload swaps them. */
export interface PipelineParts {
  directory(): Directory
  trust(): TrustCheck
  readonly limits: Limits
  /** The build of an app that is being served; undefined where it is not known, as in development. */
  site(app: string): Site | undefined
  compressing(app: string): Compressing | undefined
  readonly files: StaticFiles
  readonly claim: ClaimInstance
  readonly cache: ResponseCache
  /** Milliseconds for an app to answer a WebSocket handshake. */
  handshakeTimeout(): number
  readonly logger: Logger
}

export interface Pipeline {
  /** For the server's event `request`. */
  request(req: Received, res: Answer): void
  /** For the server's event `upgrade`. */
  upgrade(req: Received, socket: Socket, head: Buffer): void
}

/** Composes the story of a request, top to bottom. */
export function createPipeline(parts: PipelineParts): Pipeline {
  const { cache, claim, limits } = parts
  const logAccess = createAccessLog(parts.logger)
  const send = (exchange: Exchange): void => {
    leaveToApp(exchange)
    dispatch(exchange, claim)
  }
  const fills = new Fills(cache, send)
  function run(exchange: Exchange): void {
    logAccess(exchange)
    try {
      checkFraming(exchange)
      if (!limits.takeRate(exchange)) return
      readHost(exchange)
      findTenant(exchange, parts.directory())
      if (!limits.takeTenantRate(exchange)) return
      refuseSuspended(exchange)
      checkSize(exchange)
      if (answerWithoutApp(exchange)) {
        limits.holdUnread(exchange)
        return
      }
      if (!limits.take(exchange)) return
      if (redirectAlias(exchange)) return
      checkWebSocketOrigin(exchange, parts.directory())
      exchange.res.inviteBody()
      if (streamStaticFile(exchange, parts.files, answer)) return
    } catch (error) {
      answerError(exchange, error)
      return
    }
    answer(exchange)
  }
  /** What is here already takes no place among the requests at once. */
  function answerWithoutApp(exchange: Exchange): boolean {
    const { tenant, redirect } = exchange.found?.rule ?? {}
    if (redirect !== undefined) return false
    const { app = '', answerHeaders } = tenant ?? {}
    exchange.res.policy = answerHeaders
    exchange.site = parts.site(app)
    negotiateEncoding(exchange, parts.compressing(app))
    return serveStaticFile(exchange, parts.files) || answerFromCache(exchange, cache, fills)
  }
  /** What is no file of the release. */
  function answer(exchange: Exchange): void {
    if (hasUnreadChunks(exchange.req)) {
      // The parser reads on in the packet of the head, and nothing reaches an app where it finds a fault there. Ticks run in between.
      setImmediate(() => {
        if (!isOver(exchange)) ask(exchange)
      })
    } else ask(exchange)
  }
  function ask(exchange: Exchange): void {
    try {
      setForwardingHeaders(exchange)
      compressAnswer(exchange)
      reloadOnUnknownAction(exchange)
      invalidateAfterChange(exchange, cache)
      if (fills.answer(exchange)) return
      send(exchange)
    } catch (error) {
      answerError(exchange, error)
    }
  }
  return {
    request: (req, res) => run(openExchange(req, res, parts.trust())),
    upgrade(req, socket, head) {
      const res = responseOn(req, socket)
      const protocol = protocolOf(req)
      const timeout = parts.handshakeTimeout()
      const upgrade = protocol === undefined ? undefined : { socket, head, protocol, timeout }
      run(openExchange(req, res, parts.trust(), upgrade))
    },
  }
}

function hasUnreadChunks({ complete, headers }: Received): boolean {
  return !complete && headers['transfer-encoding'] !== undefined
}

/** It was refused, or its connection ends. */
function isOver({ isRefused, req, res }: Exchange): boolean {
  return isRefused || res.destroyed || !req.socket.writable
}

/** A WebSocket begins with GET (RFC 6455 §4.2.1). What no instance takes is answered as HTTP/1.1. */
function protocolOf({ method, headers }: Received): string | undefined {
  const protocol = headers.upgrade?.toLowerCase()
  return protocol === 'websocket' && method !== 'GET' ? undefined : protocol
}

/** Node gives an upgrade no response object; this one answers on its socket and closes it. */
function responseOn(req: Received, socket: Socket): Answer {
  const res = new Answer(req)
  res.shouldKeepAlive = false
  res.assignSocket(socket)
  socket.on('error', () => socket.destroy())
  // Node.js takes its own listener off such a socket: an answer larger than the buffers would stop for ever.
  socket.on('drain', () => res.emit('drain'))
  res.once('finish', () => socket.destroySoon())
  return res
}
