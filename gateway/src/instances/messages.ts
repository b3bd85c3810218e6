import type { NextAppConfig } from '../config/config.ts'
import type { Revalidation } from './revalidation.ts'

/** What a child needs to run its app; sent once, right after the fork. */
export interface StartMessage {
  readonly type: 'start'
  readonly dir: string
  readonly socketPath: string
  readonly next: NextAppConfig['next']
  /** Port of the gateway's listener, for what Next does outside of requests. */
  readonly port: number
}

/** Ends the child: what is in flight first. */
interface CloseMessage {
  readonly type: 'close'
}

/** Asks whether the event loop turns, and for the resident memory in bytes; answered with `pong`. */
interface PingMessage {
  readonly type: 'ping'
}

export type ToChild = StartMessage | CloseMessage | PingMessage

export type FromChild =
  | { readonly type: 'ready'; readonly nextVersion: string }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'pong'; readonly rss: number }
  | ({ readonly type: 'revalidated' } & Revalidation)
