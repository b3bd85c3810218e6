import type { Agent, IncomingMessage } from 'node:http'
import type { Endpoint } from '../../config/config.ts'
import type { Revalidation } from '../revalidation.ts'
import type { Timeouts } from './clock.ts'
import type { ConnectionPool } from './connection-pool.ts'

/** Where requests are forwarded to, and how. The names of http-proxy's own options keep their meaning. */
export type ForwardTarget = Endpoint & {
  readonly connections: ConnectionPool
  /** Makes the connections of upgrades. Default: each gets one of its own. */
  readonly tunnelAgent?: Agent
  /** Sent with every request, in place of what the visitor sent. */
  readonly headers?: Readonly<Record<string, string>>
  /** Bytes of the head of an answer. Default: what Node.js takes. */
  readonly maxHeaderSize?: number
  /** Makes the path that is asked for of the visitor's, query included. Default: the same, byte for byte. */
  readonly toPath?: (url: string) => string
  /** Changes the headers of an answer (name, value, name, value) before it goes out. */
  readonly rewrite?: (headers: string[], req: IncomingMessage) => void
  readonly timeouts?: Timeouts
  /** Told what a request has revalidated, before its answer goes on. */
  readonly revalidated?: (what: Revalidation) => void
}
