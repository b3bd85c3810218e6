import { resourceKey } from '../cache/key.ts'
import { pathOf } from '../http/target.ts'
import type { ResponseCache } from '../cache/response-cache.ts'
import type { Scope } from '../cache/scope.ts'
import type { Exchange } from './exchange.ts'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/**
 * When the app has changed what lies at the URL, what is stored of it goes (RFC 9111 §4.4), before the client hears of it. Pages that Next.js
 * has rendered in advance stay: it says itself when they change, and a stranger could send a POST to any of them.
 */
export function invalidateAfterChange(exchange: Exchange, cache: ResponseCache): void {
  const { req, res, found, scheme } = exchange
  if (found === undefined || SAFE.has(req.method ?? '')) return
  const scope = cache.scope(found.rule.tenant)
  if (scope === undefined) return
  const { url = '/' } = req
  const kind = scope.app.rules?.kindOf(pathOf(url)) ?? 'other'
  if (kind !== 'other') return
  res.beforeHead = (status) => {
    if (status < 400) invalidate(scope, scheme, found, url)
  }
}

function invalidate(
  scope: Scope,
  scheme: string,
  found: NonNullable<Exchange['found']>,
  url: string,
): void {
  scope.invalidate([false, true].map((isRsc) => resourceKey(scheme, found, isRsc, url)))
}
