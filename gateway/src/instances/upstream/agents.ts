import type { Agent } from 'node:http'
import { isIP } from 'node:net'
import { createSecureContext, type ConnectionOptions, type SecureContext } from 'node:tls'
import type { Endpoint, TlsConfig } from '../../config/config.ts'
import { httpAgent, httpsAgent } from '../forward/agent.ts'
import { ConnectionPool } from '../forward/connection-pool.ts'

/** The connections to one target. */
export interface TargetConnections {
  /** Kept for the next request. */
  readonly connections: ConnectionPool
  /** Makes one for each upgrade, or question of health. */
  readonly tunnelAgent: Agent
}

/** Whether the server speaks https. */
export function isSecure(endpoint: Endpoint): endpoint is Extract<Endpoint, { host: string }> {
  return 'protocol' in endpoint && endpoint.protocol === 'https:'
}

/** Certificates for all targets of an app. @throws {Error} where they do not fit */
export function secureContextOf({ ca, cert, key }: TlsConfig): SecureContext {
  return createSecureContext({ ca, cert, key })
}

/** @param maxHeaderSize bytes of the head of an answer */
export function connectionsTo(
  endpoint: Endpoint,
  { serverName }: TlsConfig,
  secureContext: SecureContext,
  maxHeaderSize: number,
): TargetConnections {
  if (!isSecure(endpoint)) {
    return {
      connections: new ConnectionPool({ endpoint, maxHeaderSize }),
      tunnelAgent: httpAgent({}),
    }
  }
  const secure = secureOptions(endpoint.host, serverName, secureContext)
  return {
    connections: new ConnectionPool({ endpoint, secure, maxHeaderSize }),
    tunnelAgent: httpsAgent(secure),
  }
}

/**
 * Written out, `rejectUnauthorized` wins over `NODE_TLS_REJECT_UNAUTHORIZED`; and no name is worked out from the Host
 * header, which a visitor chooses.
 */
function secureOptions(
  host: string,
  serverName: string | undefined,
  secureContext: SecureContext,
): ConnectionOptions {
  const servername = serverName ?? (isIP(host) === 0 ? host : '')
  return { secureContext, servername, rejectUnauthorized: true, ALPNProtocols: ['http/1.1'] }
}
