import type { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { InstanceError, RequestError, TargetTimeoutError } from '../../errors.ts'
import { hasBody } from '../../http/body.ts'
import { noticeLeaving } from '../../http/notice-leaving.ts'
import type { Hop, HopContext } from '../forward/hop.ts'
import type { InBag } from '../../bag.ts'
import type { HandleContext } from '../instance.ts'
import { targetFailure } from './failure.ts'
import type { RetryBudget } from './retry-budget.ts'
import type { Place, Target } from './target.ts'
import type { Targets, Waiter } from './targets.ts'

/** RFC 9110 §9.2.2 */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

const NONE: ReadonlySet<Target> = new Set()

export interface DeliveryParts {
  readonly targets: Targets
  readonly budget: RetryBudget
  /** How often a request is tried again. */
  readonly attempts: number
  /** Milliseconds. */
  readonly timeouts: { readonly connect: number; readonly total?: number | undefined }
  readonly req: IncomingMessage
  /** The response, or the socket of an upgrade: the end of the request is when it closes. */
  readonly ended: ServerResponse | Socket
  /** Index of the target that the visitor has had before. */
  readonly preferred: number | undefined
  readonly context: HandleContext
  readonly forward: (target: Target, context: HopContext) => Hop
  readonly onEnd: () => void
}

/** Brings one request to one target after the other, until one answers or none is left to ask. */
export class Delivery implements Waiter, InBag {
  place = 0
  turn = 0
  readonly #parts: DeliveryParts
  /** Targets that have failed it. */
  tried: ReadonlySet<Target> = NONE
  #sent = 0
  #wasStale = false
  #target: Target | undefined
  #hop: Hop | undefined
  #place: Place | undefined
  #patience: NodeJS.Timeout | undefined
  #total: NodeJS.Timeout | undefined
  #stopNoticing: (() => void) | undefined
  #isTunnel = false
  #isOver = false

  constructor(parts: DeliveryParts) {
    this.#parts = parts
  }

  begin(): void {
    const { targets, budget, ended, timeouts, preferred } = this.#parts
    budget.deposit()
    ended.once('close', () => {
      this.#blameSilence()
      this.#end()
    })
    const { total } = timeouts
    if (total !== undefined) {
      this.#total = setTimeout(() => this.abort(new TargetTimeoutError('total', total)), total)
    }
    const now = performance.now()
    const picked = targets.pick(now, this.tried, preferred)
    if (picked === 'none') this.#fail(unavailable('no target works', targets.retryAfter(now)))
    else if (picked === 'busy') this.#wait()
    else this.#send(picked, now)
  }

  get preferred(): number | undefined {
    return this.#parts.preferred
  }

  /** A connection is free. */
  serve(target: Target, now: number): void {
    clearTimeout(this.#patience)
    this.#stopNoticing?.()
    this.#send(target, now)
  }

  /** Ends it with this error. */
  abort(error: unknown): void {
    if (this.#isOver) return
    if (this.#isTunnel) this.#parts.ended.destroy()
    else if (this.#hop !== undefined) this.#hop.abort(error)
    else this.#fail(error instanceof RequestError ? error : busy((error as Error).message))
  }

  #wait(): void {
    const { targets, timeouts, ended } = this.#parts
    if (!targets.wait(this)) {
      this.#fail(busy('maxConnections and maxQueue are reached'))
      return
    }
    if (ended instanceof Socket) this.#stopNoticing = noticeLeaving(ended)
    this.#patience = setTimeout(
      () => this.#fail(busy(`no connection became free within ${timeouts.connect} ms`)),
      timeouts.connect,
    )
  }

  #send(target: Target, now: number): void {
    const { context, forward } = this.#parts
    this.#target = target
    this.#sent++
    const taken = target.take(now)
    this.#place = taken
    context.reached?.(target.name)
    try {
      this.#hop = forward(target, {
        id: context.id,
        policy: context.policy,
        decidesRetries: true,
        answered: () => target.succeed(performance.now(), taken.trial),
        fail: (error) => this.#onFailure(error, target),
        upgraded: (status) => {
          this.#isTunnel = true
          clearTimeout(this.#total)
          context.upgraded?.(status)
        },
      })
    } catch (error) {
      this.#fail(targetFailure(error, target, false))
    }
  }

  #onFailure(error: unknown, target: Target): void {
    const now = performance.now()
    const { targets, budget, preferred } = this.#parts
    const hop = this.#hop
    this.#hop = undefined
    if (hop?.isStale(error as Error) === true && !this.#wasStale) {
      // It may be asked once more, on another connection; what happens then is counted.
      this.#wasStale = true
    } else {
      this.tried = new Set([...this.tried, target])
      if (isToBlame(error) && hop?.isUnwanted(error as Error) !== true)
        target.fail(now, targets.hasOther(now, target), this.#place?.trial)
    }
    this.#place?.release()
    if (hop !== undefined && this.#mayRetry(error, hop)) {
      const next = targets.pick(now, this.tried, preferred)
      if (typeof next !== 'string' && budget.withdraw(now)) {
        this.#send(next, now)
        targets.serveWaiting()
        return
      }
    }
    this.#fail(targetFailure(error, target, hop?.isConnected === true))
  }

  /** Nothing of the request can have done anything that doing it again would not. */
  #mayRetry(error: unknown, hop: Hop): boolean {
    const { req, attempts } = this.#parts
    const isLate = error instanceof TargetTimeoutError && error.phase !== 'connect'
    return (
      this.#sent <= attempts &&
      !this.#isOver &&
      !hop.isAnswered &&
      !isLate &&
      !(error instanceof RequestError) &&
      IDEMPOTENT.has(req.method ?? '') &&
      !(hop.isConnected && hasBody(req))
    )
  }

  #fail(error: RequestError): void {
    if (this.#isOver) return
    this.#end()
    this.#parts.context.fail(error)
  }

  /** The gateway's own limits of time may be shorter than those of the target. */
  #blameSilence(): void {
    const { context, targets } = this.#parts
    const isSilent = this.#hop?.isAnswered === false && context.isTooLate?.() === true
    if (!isSilent || this.#target === undefined) return
    const now = performance.now()
    this.#target.fail(now, targets.hasOther(now, this.#target), this.#place?.trial)
  }

  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    clearTimeout(this.#total)
    clearTimeout(this.#patience)
    this.#stopNoticing?.()
    this.#parts.targets.leave(this)
    this.#place?.release()
    this.#parts.onEnd()
    this.#parts.targets.serveWaiting()
  }
}

/** The time for the whole may have gone elsewhere; what the gateway itself ends is nobody's fault. */
function isToBlame(error: unknown): boolean {
  if (error instanceof RequestError) return false
  return !(error instanceof TargetTimeoutError && error.phase === 'total')
}

function unavailable(why: string, retryAfter: number): RequestError {
  return new RequestError('APP_DOWN', 503, { retryAfter, cause: new InstanceError(why) })
}

function busy(why: string): RequestError {
  return new RequestError('APP_BUSY', 503, { retryAfter: 1, cause: new InstanceError(why) })
}
