import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { GatewayResponse } from '../http/gateway-response.ts'
import type { TrustCheck } from '../http/trust.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Directory } from '../tenants/directory.ts'
import { logAccess } from './access-log.ts'
import { answerError } from './answer-error.ts'
import { dispatch, type ClaimInstance } from './dispatch.ts'
import { openExchange, type Exchange } from './exchange.ts'
import { setForwardingHeaders } from './forwarding.ts'
import { checkFraming } from './framing.ts'
import { readHost } from './host.ts'
import { serveOldAsset, type OldAssets } from './old-assets.ts'
import { redirectAlias } from './redirect.ts'
import { applyTenantHeaders } from './tenant-headers.ts'
import { findTenant } from './tenant.ts'
import { reloadOnUnknownAction } from './unknown-action.ts'
import { checkOrigin } from './web-socket-origin.ts'

/** What the steps need; `directory`, `trust` and `assets` are read anew for each request, as a reload swaps them. */
export interface PipelineParts {
  directory(): Directory
  trust(): TrustCheck
  assets(): OldAssets
  readonly claim: ClaimInstance
  /** Milliseconds for an app to answer a WebSocket handshake. */
  handshakeTimeout(): number
  readonly logger: Logger
}

export interface Pipeline {
  /** For the server's event `request`. */
  request(req: IncomingMessage, res: ServerResponse): void
  /** For the server's event `upgrade`. */
  upgrade(req: IncomingMessage, socket: Socket, head: Buffer): void
}

/** Composes the story of a request, top to bottom. */
export function createPipeline(parts: PipelineParts): Pipeline {
  function run(exchange: Exchange): void {
    logAccess(exchange, parts.logger)
    try {
      checkFraming(exchange)
      readHost(exchange)
      findTenant(exchange, parts.directory())
      if (redirectAlias(exchange)) return
      checkOrigin(exchange, parts.directory())
      setForwardingHeaders(exchange)
      applyTenantHeaders(exchange)
      if (serveOldAsset(exchange, parts.assets())) return
      reloadOnUnknownAction(exchange)
      dispatch(exchange, parts.claim, parts.handshakeTimeout())
    } catch (error) {
      answerError(exchange, error)
    }
  }
  return {
    request: (req, res) => run(openExchange(req, res, parts.trust())),
    upgrade(req, socket, head) {
      const res = responseOn(req, socket)
      const upgrade = isWebSocket(req) ? { socket, head } : undefined
      run(openExchange(req, res, parts.trust(), upgrade))
    },
  }
}

/** Only WebSockets are tunnelled (RFC 6455 §4.2.1); a request for any other protocol is answered as HTTP/1.1. */
function isWebSocket(req: IncomingMessage): boolean {
  return req.method === 'GET' && req.headers.upgrade?.toLowerCase() === 'websocket'
}

/** Node gives an upgrade no response object; this one answers on its socket and closes it. */
function responseOn(req: IncomingMessage, socket: Socket): ServerResponse {
  const res = new GatewayResponse(req)
  res.shouldKeepAlive = false
  res.assignSocket(socket)
  socket.on('error', () => socket.destroy())
  res.once('finish', () => socket.destroySoon())
  return res
}
