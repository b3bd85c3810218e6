import type { Negotiate } from '../http/accept-encoding.ts'
import { parseCacheControl } from '../http/cache-control.ts'
import type { Exchange } from './exchange.ts'

/** How the answers of an app are compressed. */
export interface Compressing {
  readonly negotiate: Negotiate
  /** The same for answers that are compressed while they are sent. */
  readonly negotiateStreamed: Negotiate
  /** Shorter bodies stay as they are, where their length is known. */
  readonly minBytes: number
  /** Not what an app has answered to the client's own `Accept-Encoding`: there it had the choice. */
  readonly isForFetched: boolean
}

/**
 * Chooses the coding of whatever will be the answer.
 * @param compressing undefined where config says that answers of this app are not compressed
 */
export function negotiateEncoding(exchange: Exchange, compressing: Compressing | undefined): void {
  const { req, site, upgrade } = exchange
  if (compressing === undefined || upgrade !== undefined || site?.compress === false) return
  const { headers } = req
  const { 'cache-control': wanted } = headers
  exchange.compressing = compressing
  // RFC 9111 §5.2.1.6
  if (wanted === undefined || !parseCacheControl(wanted).noTransform)
    exchange.encodings = compressing.negotiate(headers['accept-encoding'])
}

/** An app that chooses the coding itself is asked by the client, not for many. */
export function leaveToApp({ res, compressing }: Exchange): void {
  if (compressing?.isForFetched === true) res.compression = undefined
}

/** Compresses what the app answers while it is sent, where its client, its type and its size allow it (`Answer`). */
export function compressAnswer({ req, res, compressing, encodings }: Exchange): void {
  if (compressing === undefined) return
  const { minBytes, negotiateStreamed } = compressing
  const isPlain = encodings[0] === 'identity'
  const [to = 'identity'] = isPlain ? encodings : negotiateStreamed(req.headers['accept-encoding'])
  res.compression = { to, minBytes }
}
