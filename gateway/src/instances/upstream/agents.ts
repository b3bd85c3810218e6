import type { Agent } from 'node:http'
import type { AgentOptions } from 'node:https'
import { isIP } from 'node:net'
import { createSecureContext, type SecureContext } from 'node:tls'
import type { Endpoint, TlsConfig } from '../../config/config.ts'
import { httpAgent, httpsAgent } from '../forward/agent.ts'

/** Milliseconds that an unused connection is kept; less where the target says so. */
const KEEP_ALIVE = 60_000

/** The connections to one target. */
export interface Agents {
  /** Keeps connections for the next request. */
  readonly agent: Agent
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

export function agentsFor(endpoint: Endpoint, tls: TlsConfig, context: SecureContext): Agents {
  const make = (options: AgentOptions): Agent => {
    if (!isSecure(endpoint)) return httpAgent(options)
    return httpsAgent({ ...options, ...secureOptions(endpoint.host, tls, context) })
  }
  return { agent: make({ keepAlive: true, timeout: KEEP_ALIVE }), tunnelAgent: make({}) }
}

/**
 * Written out, `rejectUnauthorized` wins over `NODE_TLS_REJECT_UNAUTHORIZED`; and no name is worked out from the Host
 * header, which a visitor chooses.
 */
function secureOptions(host: string, tls: TlsConfig, secureContext: SecureContext): AgentOptions {
  const servername = tls.serverName ?? (isIP(host) === 0 ? host : '')
  return { secureContext, servername, rejectUnauthorized: true, ALPNProtocols: ['http/1.1'] }
}
