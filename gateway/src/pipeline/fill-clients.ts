import type { Entry } from '../cache/entry.ts'
import type { ResponseCache } from '../cache/response-cache.ts'
import type { Exchange } from './exchange.ts'
import { FillFollowers } from './fill-followers.ts'
import { FillLeader } from './fill-leader.ts'
import { serveEntry } from './serve-entry.ts'

export interface ClientsParts {
  readonly cache: ResponseCache
  /** Goes on with a request whose answer was not for it. */
  readonly goOn: (exchange: Exchange) => void
  /** The client that reads takes more. */
  readonly onDrain: () => void
  /** One has left. */
  readonly onLeave: () => void
}

/** Who wants the answer of a fill: the client that asked first, if it has none yet, and those who came meanwhile. */
export class FillClients {
  readonly leader: FillLeader | undefined
  readonly followers: FillFollowers
  readonly #cache: ResponseCache

  constructor(first: Exchange | undefined, { cache, goOn, onDrain, onLeave }: ClientsParts) {
    this.#cache = cache
    this.leader = first && new FillLeader(first, onDrain, onLeave)
    this.followers = new FillFollowers(goOn, onLeave)
  }

  /** The answer is read as it comes. */
  get hasReader(): boolean {
    return this.leader?.isGone === false
  }

  /** Somebody still wants the answer. */
  get isWanted(): boolean {
    return this.hasReader || this.followers.size > 0
  }

  /** Answers all of them with an entry, in place of what the app says. */
  answerAll(entry: Entry, cacheStatus: string): void {
    const leader = this.leader?.letGo()
    if (leader !== undefined) serveEntry(leader, this.#cache, entry, cacheStatus)
    if (entry.isCookieless) this.followers.release(hasCookies)
    this.answerFollowers(entry, cacheStatus)
  }

  answerFollowers(entry: Entry, cacheStatus: string): void {
    this.followers.answer((exchange) => {
      exchange.cache = 'hit'
      serveEntry(exchange, this.#cache, entry, `${cacheStatus}; collapsed`)
    })
  }
}

export function hasCookies({ req }: Exchange): boolean {
  return req.headers.cookie !== undefined
}
