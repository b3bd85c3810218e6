import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { Exchange } from './exchange.ts'

/** With it Next.js says that this build has no such server action (`server/app-render/action-handler.js`). */
const NOT_FOUND = 'x-nextjs-action-not-found'

/**
 * A page that was loaded before a new release took over calls an action of the old one: its client is told to load the
 * page anew, instead of an error page. A fetched action is answered with `x-action-redirect`, a plain form with `Location`.
 */
export function reloadOnUnknownAction({ req, res, id }: Exchange): void {
  if (req.method !== 'POST' || !mayBeAction(req.headers)) return
  const isFetched = req.headers['next-action'] !== undefined
  const reload = {
    ...(isFetched
      ? { 'x-action-redirect': `${samePage(req.url)};replace` }
      : { location: `./${samePage(req.url).replace(/^\.\//, '')}` }),
    'cache-control': 'private, no-store',
    'content-length': 0,
    'x-request-id': id,
  }
  replaceAnswer(res, reload)
}

function mayBeAction(headers: IncomingHttpHeaders): boolean {
  return (
    headers['next-action'] !== undefined ||
    headers['content-type']?.startsWith('multipart/form-data') === true
  )
}

/**
 * The address of the page that asked, relative to itself, so that neither a base path nor a path that begins with `//` leads
 * elsewhere. Next's client prepends its base path to what begins with a slash (`client/assign-location.js`).
 */
export function samePage(url = '/'): string {
  const [path = '', ...query] = url.split('?')
  const search = query.length === 0 ? '' : `?${query.join('?')}`
  const last = path.slice(path.lastIndexOf('/') + 1)
  if (last === '') return `./${search}`
  return /^\.|[:;]/.test(last) ? search || '?' : last + search
}

function replaceAnswer(res: ServerResponse, headers: Record<string, string | number>): void {
  const writeHead = res.writeHead.bind(res) as (...args: unknown[]) => ServerResponse
  const write = res.write.bind(res) as (...args: unknown[]) => boolean
  const end = res.end.bind(res) as (...args: unknown[]) => ServerResponse
  let isReplaced = false
  res.writeHead = (...args: unknown[]) => {
    if (!saysNotFound(res, args)) return writeHead(...args)
    isReplaced = true
    for (const name of res.getHeaderNames()) res.removeHeader(name)
    return writeHead(303, headers)
  }
  const headFirst = (): void => {
    if (!res.headersSent && res.hasHeader(NOT_FOUND)) res.writeHead(res.statusCode)
  }
  res.write = (...args: unknown[]) => {
    headFirst()
    return isReplaced || write(...args)
  }
  res.end = (...args: unknown[]) => {
    headFirst()
    return isReplaced ? end() : end(...args)
  }
}

function saysNotFound(res: ServerResponse, args: readonly unknown[]): boolean {
  if (res.hasHeader(NOT_FOUND)) return true
  const headers = args.at(-1)
  return Array.isArray(headers) && headers.some((name, i) => i % 2 === 0 && name === NOT_FOUND)
}
