import { ServerResponse, type IncomingMessage } from 'node:http'
import { withRules, type AnswerHeaders, type HeaderRules } from './header-rules.ts'

/**
 * The response of every request that the gateway takes. Whoever writes its head (http-proxy, Next.js, a file, the cache),
 * the rules have the last word.
 */
export class GatewayResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends ServerResponse<Request> {
  /** Set for answers of an app; none for the gateway's own. */
  headerRules: HeaderRules | undefined = undefined

  override writeHead(status: number, ...rest: unknown[]): this {
    const rules = this.headerRules
    if (rules === undefined || this.headersSent) return this.#write(status, ...rest)
    const [reason, headers] = typeof rest[0] === 'string' ? rest : [undefined, rest[0] ?? rest[1]]
    for (const name of rules.names) this.removeHeader(name)
    const ruled = withRules(rules, (headers ?? []) as AnswerHeaders)
    return reason === undefined ? this.#write(status, ruled) : this.#write(status, reason, ruled)
  }

  /** The older name of `writeHead`, which Node.js keeps. */
  writeHeader(status: number, ...rest: unknown[]): this {
    return this.writeHead(status, ...rest)
  }

  #write(...args: unknown[]): this {
    return (super.writeHead as (...args: unknown[]) => this).apply(this, args)
  }
}
