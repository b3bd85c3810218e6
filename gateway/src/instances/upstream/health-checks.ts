import { randomUUID } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { InstanceError } from '../../errors.ts'
import type { UpstreamAppConfig } from '../../config/config.ts'
import { isSecure } from './agents.ts'
import type { Target } from './target.ts'

type Options = UpstreamAppConfig['health']

/** Asks every target again and again whether it works. */
export class HealthChecks {
  readonly #checks: readonly TargetCheck[]
  readonly #path: string | undefined

  constructor(targets: readonly Target[], options: Options) {
    const { path } = options
    this.#path = path
    this.#checks =
      path === undefined ? [] : targets.map((target) => new TargetCheck(target, options, path))
  }

  /** Settles when one target has answered well; at once where none is asked. @throws {InstanceError} where none has */
  async ready(): Promise<void> {
    if (this.#checks.length === 0) return
    try {
      await Promise.any(this.#checks.map(({ first }) => first))
    } catch (error) {
      const causes = (error as AggregateError).errors as Error[]
      const why = causes.map(({ message }) => message).join(', ')
      throw new InstanceError(`no target answers ${this.#path} as it should: ${why}`)
    }
  }

  close(): void {
    for (const check of this.#checks) check.close()
  }
}

class TargetCheck {
  /** Rejects where the first answer was none, or a bad one. */
  readonly first: Promise<void>
  readonly #target: Target
  readonly #options: Options
  readonly #path: string
  #timer: NodeJS.Timeout | undefined
  #isClosed = false
  #good = 0
  #bad = 0

  constructor(target: Target, options: Options, path: string) {
    this.#target = target
    this.#options = options
    this.#path = path
    // Nothing is known yet: the first answer decides alone.
    this.first = this.#ask(1, 1)
    this.first.catch(() => {})
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  /** @throws {InstanceError} where the answer is bad, or none comes in time */
  async #ask(healthyAfter: number, unhealthyAfter: number): Promise<void> {
    try {
      await askTarget(this.#target, this.#path, this.#options)
      this.#bad = 0
      if (++this.#good >= healthyAfter && !this.#isClosed) this.#target.setHealth(true, '')
    } catch (error) {
      this.#good = 0
      const { message } = error as Error
      if (++this.#bad >= unhealthyAfter && !this.#isClosed) this.#target.setHealth(false, message)
      throw error
    } finally {
      this.#askLater()
    }
  }

  #askLater(): void {
    if (this.#isClosed) return
    const { interval, healthyAfter, unhealthyAfter } = this.#options
    // Not all gateways and targets at once.
    const wait = interval * (0.9 + Math.random() * 0.2)
    this.#timer = setTimeout(() => {
      this.#ask(healthyAfter, unhealthyAfter).catch(() => {})
    }, wait).unref()
  }
}

/** @throws {InstanceError} where the answer is bad, or none comes in time */
function askTarget(
  { name, config, forward }: Target,
  path: string,
  options: Options,
): Promise<void> {
  const { endpoint, authority } = config
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(options.timeout)
    const fail = (why: string, cause?: unknown): void =>
      reject(new InstanceError(`${name}: ${why}`, { cause }))
    const asked = (isSecure(endpoint) ? httpsRequest : httpRequest)({
      ...endpoint,
      agent: forward.tunnelAgent,
      path,
      signal,
      headers: {
        host: options.host ?? authority,
        'user-agent': 'tenantry-health',
        'x-request-id': randomUUID(),
      },
    })
    asked.once('response', (answer) => {
      const status = answer.statusCode ?? 0
      answer.on('error', () => {}).destroy()
      if (status >= 200 && status < 400) resolve()
      else fail(`status ${status}`)
    })
    asked.on('error', (error) => {
      fail(signal.aborted ? `no answer within ${options.timeout} ms` : error.message, error)
    })
    asked.end()
  })
}
