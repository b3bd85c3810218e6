import type { IncomingMessage, ServerResponse } from 'node:http'
import { AGE, encodeTags, EVERYTHING, FILL, TAGS } from '../http/internal-headers.ts'

/** An answer that is being made, as far as the hooks in Next.js care. */
export interface Answering {
  /** Once it has ended, whether it was begun is all that is left of it. */
  res: ServerResponse | Ended
  /** What it is made from, by Next's cache key; only where the gateway asked for it. */
  sources: Map<string, Source> | undefined
}

type Ended = Pick<ServerResponse, 'headersSent'>

/** A page or an answer of a route handler, as Next.js keeps it. */
export interface Source {
  readonly tags: readonly string[]
  /** Milliseconds since the epoch; undefined where Next.js does not know. */
  readonly writtenAt: number | undefined
}

/** Takes the gateway's question off the request. */
export function answering(req: IncomingMessage, res: ServerResponse): Answering {
  const isAsked = req.headers[FILL] === '1'
  if (isAsked) delete req.headers[FILL]
  return { res, sources: isAsked ? new Map() : undefined }
}

/** What began meanwhile and goes on, such as what a library loads once for all, must not hold the response, and its app by it. */
export function letGo(answering: Answering): void {
  answering.res = { headersSent: answering.res.headersSent }
  answering.sources = undefined
}

/** Whether its head can still be added to. */
export function isOpen(res: Answering['res']): res is ServerResponse {
  return !res.headersSent && 'setHeader' in res
}

/** Notes what the answer is made from, and says it in its head. */
export function answeredFrom({ res, sources }: Answering, key: string, source: Source): void {
  if (sources === undefined) return
  sources.set(key, source)
  if (!isOpen(res)) return
  const all = [...sources.values()]
  res.setHeader(TAGS, encodeTags(new Set(all.flatMap(({ tags }) => tags))) ?? EVERYTHING)
  const times = all.map(({ writtenAt }) => writtenAt).filter((time) => time !== undefined)
  if (times.length < all.length) res.removeHeader(AGE)
  else res.setHeader(AGE, secondsSince(Math.min(...times)))
}

function secondsSince(time: number): string {
  return (Math.max(0, Date.now() - time) / 1000).toFixed(3)
}
