import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Entry } from '../cache/entry.ts'
import { detached, type AnswerSink } from '../http/detached.ts'
import { FILL } from '../http/internal-headers.ts'
import type { Answer } from '../http/answer.ts'
import { newOutcome, type Exchange } from './exchange.ts'
import { setForwardingHeaders } from './forwarding.ts'
import type { Lookup } from './response-cache.ts'

/** What a client asks for itself alone: the whole answer is fetched, as it is. */
const FOR_ONE_CLIENT = [
  'if-none-match',
  'if-modified-since',
  'if-match',
  'if-unmodified-since',
  'if-range',
  'range',
  'cache-control',
  'pragma',
]

/** An exchange of the gateway's own, and the headers of its request that an answer may depend on. */
export interface FillRequest {
  readonly exchange: Exchange
  readonly res: Answer
  readonly asked: IncomingHttpHeaders
}

/**
 * The question to the app that many may wait for. With a stale entry, it asks whether that is still right. Who
 * serves it, and what goes wrong, is noted of the client that waits for it, for its limits of time and for the log.
 */
export function fillRequest(
  exchange: Exchange,
  lookup: Lookup,
  isBackground: boolean,
  sink: AnswerSink,
): FillRequest {
  const asked = { ...exchange.req.headers }
  for (const name of FOR_ONE_CLIENT) delete asked[name]
  const { req, res } = detached({
    peer: exchange.req.socket,
    isEncrypted: exchange.scheme === 'https',
    target: lookup.target,
    headers: asked,
    sink,
  })
  const own: Exchange = {
    ...exchange,
    id: isBackground ? randomUUID() : exchange.id,
    req,
    res,
    startedAt: performance.now(),
    lookup: undefined,
    fallback: undefined,
    ends: res.ends,
    isRefused: false,
    outcome: isBackground ? newOutcome() : exchange.outcome,
  }
  // In the foreground, the pipeline has set them already.
  if (isBackground) setForwardingHeaders(own)
  req.headers = { ...asked, 'accept-encoding': 'identity', [FILL]: '1' }
  addValidator(req.headers, lookup.stale)
  return { exchange: own, res, asked }
}

/** RFC 9111 §4.3.1 */
function addValidator(headers: IncomingHttpHeaders, stale: Entry | undefined): void {
  if (stale?.identity.etag !== undefined) headers['if-none-match'] = stale.identity.etag
  else if (stale?.lastModified !== undefined) {
    headers['if-modified-since'] = new Date(stale.lastModified).toUTCString()
  }
}
