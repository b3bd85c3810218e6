import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Bag } from '../../bag.ts'
import type { UpstreamAppConfig } from '../../config/config.ts'
import { RequestError } from '../../errors.ts'
import type { Logger } from '../../telemetry/logger.ts'
import type { Hop, HopContext } from '../forward/hop.ts'
import { forwardRequest } from '../forward/request.ts'
import { forwardUpgrade } from '../forward/upgrade.ts'
import type { HandleContext, Instance, InstanceEnd } from '../instance.ts'
import { createBalance } from './balance.ts'
import { Delivery } from './delivery.ts'
import { HealthChecks } from './health-checks.ts'
import { makeTargets } from './make-targets.ts'
import { climbsOut } from './path.ts'
import { RetryBudget } from './retry-budget.ts'
import { secretOf, Sticky } from './sticky.ts'
import type { Target, TargetStatus } from './target.ts'
import { Targets } from './targets.ts'

const NOTHING = Buffer.alloc(0)

/**
 * Makes the instance of an upstream app; its targets run already, or will.
 * @param env environment of the gateway, which may hold the secret of the sticky cookie
 * @throws {InstanceError} where that secret is missing
 */
export function startUpstream(
  app: UpstreamAppConfig,
  generation: number,
  env: Readonly<Record<string, string | undefined>>,
  logger: Logger,
): Instance {
  const sticky = app.balance === 'sticky' ? new Sticky(app, secretOf(app.sticky, env)) : undefined
  return new UpstreamInstance(app, generation, sticky, logger)
}

class UpstreamInstance implements Instance {
  readonly name: string
  readonly ended: Promise<InstanceEnd>
  readonly #app: UpstreamAppConfig
  readonly #sticky: Sticky | undefined
  readonly #targets: Targets
  readonly #budget: RetryBudget
  readonly #health: HealthChecks
  readonly #deliveries = new Bag<Delivery>()
  #end: ((end: InstanceEnd) => void) | undefined

  constructor(
    app: UpstreamAppConfig,
    generation: number,
    sticky: Sticky | undefined,
    logger: Logger,
  ) {
    this.name = `${app.id}#${generation}`
    this.#app = app
    this.#sticky = sticky
    this.#targets = new Targets(makeTargets(app, sticky, logger), createBalance(app.balance), app)
    this.#budget = new RetryBudget(app.retries.budget, performance.now())
    this.#health = new HealthChecks(this.#targets.all, app.health)
    this.ended = new Promise((resolve) => (this.#end = resolve))
  }

  get targets(): readonly TargetStatus[] {
    const now = performance.now()
    return this.#targets.all.map((target) => target.status(now))
  }

  handle(req: IncomingMessage, res: ServerResponse, context: HandleContext): void {
    this.#deliver(req, res, context, (target, hopContext) =>
      forwardRequest(req, res, target.forward, hopContext),
    )
  }

  takes(protocol: string): boolean {
    return this.#app.upgrades.includes(protocol)
  }

  upgrade(req: IncomingMessage, socket: Socket, head: Buffer, context: HandleContext): void {
    // http-proxy puts the head back to the socket, and must not do so twice.
    let rest = head
    this.#deliver(req, socket, context, (target, hopContext) => {
      const first = rest
      rest = NOTHING
      return forwardUpgrade(req, socket, first, target.forward, hopContext, context.protocol)
    })
  }

  /** Whether one of the targets answers its health path. */
  async probe(): Promise<number> {
    await this.#health.ready()
    return 200
  }

  close(): Promise<void> {
    this.#health.close()
    const error = new RequestError('SHUTTING_DOWN', 503, { retryAfter: 1, close: true })
    for (const delivery of this.#deliveries) delivery.abort(error)
    for (const target of this.#targets.all) target.close()
    this.#end?.({ expected: true, reason: 'closed' })
    return Promise.resolve()
  }

  #deliver(
    req: IncomingMessage,
    ended: ServerResponse | Socket,
    context: HandleContext,
    forward: (target: Target, context: HopContext) => Hop,
  ): void {
    const { path, retries, timeouts } = this.#app
    if (path.add !== undefined && climbsOut(req.url ?? '')) {
      throw new RequestError('BAD_REQUEST', 400)
    }
    const delivery: Delivery = new Delivery({
      targets: this.#targets,
      budget: this.#budget,
      attempts: retries.attempts,
      timeouts,
      req,
      ended,
      preferred: this.#sticky?.read(req.headers.cookie),
      context,
      forward,
      onEnd: () => this.#deliveries.delete(delivery),
    })
    this.#deliveries.add(delivery)
    delivery.begin()
  }
}
