import type { IncomingMessage } from 'node:http'

/**
 * A development server of Next.js lets only `localhost` hosts use its own paths and its WebSocket
 * (`server/lib/router-utils/block-cross-site-dev.js`). A page that asks its own host is no stranger:
 * where Origin or Referer names the request's own host, it is handed on as `localhost`. Any other stays, and is refused.
 */
export function allowDevOrigin(req: IncomingMessage): void {
  if (!req.url?.includes('/_next/') && !req.url?.includes('/__nextjs')) return
  for (const name of ['origin', 'referer'] as const) {
    const value = req.headers[name]
    if (value !== undefined && hostOf(value) === req.headers.host) {
      req.headers[name] = 'http://localhost'
    }
  }
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined
}
