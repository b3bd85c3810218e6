import { request, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'

/** For `__NEXT_PRIVATE_ORIGIN`. */
export const INTERNAL_ORIGIN = 'http://app.internal'

/**
 * A server action that redirects makes Next.js fetch the target page from itself, at `__NEXT_PRIVATE_ORIGIN`
 * (`server/app-render/action-handler.js`). That goes over the app's own socket, so that no port is opened.
 * Must be in place before Next.js wraps `fetch`.
 */
export function internalFetch(socketPath: string, outside: typeof fetch): typeof fetch {
  return (input, init) => {
    const url = input instanceof Request ? input.url : String(input)
    if (!url.startsWith(`${INTERNAL_ORIGIN}/`)) return outside(input, init)
    return fetchOverSocket(socketPath, new Request(input, init))
  }
}

async function fetchOverSocket(socketPath: string, sent: Request): Promise<Response> {
  const url = new URL(sent.url)
  const headers = Object.fromEntries(sent.headers)
  const host = headers['x-forwarded-host']
  if (host !== undefined) headers['host'] = host
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request(
      {
        socketPath,
        agent: false,
        path: url.pathname + url.search,
        method: sent.method,
        headers,
        signal: sent.signal,
      },
      resolve,
    )
    outgoing.once('error', reject)
    if (sent.body === null) outgoing.end()
    else Readable.fromWeb(sent.body).on('error', reject).pipe(outgoing)
  })
  return toResponse(answer)
}

function toResponse(answer: IncomingMessage): Response {
  const headers = new Headers()
  for (let i = 0; i < answer.rawHeaders.length; i += 2) {
    headers.append(answer.rawHeaders[i] as string, answer.rawHeaders[i + 1] as string)
  }
  const status = answer.statusCode ?? 502
  const isNull = status === 204 || status === 205 || status === 304
  if (isNull) answer.resume()
  const body = isNull ? null : (Readable.toWeb(answer) as unknown as globalThis.ReadableStream)
  return new Response(body, { status, headers })
}
