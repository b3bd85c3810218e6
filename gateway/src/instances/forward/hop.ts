import type { HandleContext } from '../instance.ts'
import { Clock } from './clock.ts'
import { isClosed } from './is-closed.ts'
import type { ForwardTarget } from './target.ts'

/** What a hop tells whoever made it. */
export interface HopContext extends HandleContext {
  /** Told that the head of an answer is there. */
  readonly answered?: () => void
  /** Whoever made the hop decides what is sent again; otherwise a GET or HEAD that `isStale` is, once. */
  readonly decidesRetries?: boolean
}

/** Of a response or a socket: no tries, and no step before, should be warned of. */
export const MAX_LISTENERS = 30

/** What carries a request to its target. */
export interface Carrier {
  /** It has carried one before. */
  readonly reusedSocket: boolean
  destroy(): unknown
}

/** One request on its way to a target and back. */
export class Hop {
  readonly context: HopContext
  readonly target: ForwardTarget
  readonly clock: Clock | undefined
  /** Undefined where nothing is on its way. */
  sent: Carrier | undefined
  /** The connection stood: from then on something of the request may have arrived. */
  isConnected = false
  isAnswered = false
  /** A body is under way to the target. */
  isUpload = false
  /** The answer went out whole, the failure was told, or the client left. */
  isOver = false
  #why: unknown

  constructor(target: ForwardTarget, context: HopContext) {
    this.target = target
    this.context = context
    this.clock = target.timeouts && new Clock(target.timeouts, (error) => this.abort(error))
  }

  /** The connection to the target stands. */
  connected(): void {
    this.isConnected = true
    this.clock?.rest()
  }

  /** A kept connection that the target closed just as it was used: neither of the two is at fault. */
  isStale(error: Error): boolean {
    return isClosed(error) && !this.isAnswered && this.sent?.reusedSocket === true
  }

  /** The target has closed in the middle of an upload: it may be that it does not want it, and is well. */
  isUnwanted(error: Error): boolean {
    return isClosed(error) && this.isUpload
  }

  /** The head of the answer is there. */
  answer(): void {
    this.isAnswered = true
    this.clock?.rest()
    this.context.answered?.()
  }

  /** Ends the hop: it fails with this error. */
  abort(error: unknown): void {
    if (this.isOver) return
    this.#why = error
    this.sent?.destroy()
    this.fail(error)
  }

  /** Tells why it failed, once, unless it is over. */
  fail(error: unknown): void {
    if (this.isOver) return
    this.end()
    this.context.fail(this.#why ?? error)
  }

  end(): void {
    this.isOver = true
    this.clock?.stop()
  }
}
