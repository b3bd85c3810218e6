import type { RequestError } from '../errors.ts'
import { answerError } from './answer-error.ts'
import type { Exchange } from './exchange.ts'

/** Milliseconds: the least that a refusal waits, what each one that waits already adds, and the most. */
const LEAST = 100
const EACH = 1.5
const MOST = 5000

/**
 * Answers refusals late. A refusal costs about as much as a request that is served: a client that asks again as soon as it
 * is refused would take the gateway's time from all tenants, so that there are only some hundreds a second, on however
 * many connections they are asked for.
 */
export class SlowRefusals {
  #waiting = 0

  answer(exchange: Exchange, error: RequestError): void {
    const wait = Math.min(MOST, Math.max(LEAST, this.#waiting * EACH))
    this.#waiting++
    setTimeout(() => {
      this.#waiting--
      answerError(exchange, error)
    }, wait).unref()
  }
}
