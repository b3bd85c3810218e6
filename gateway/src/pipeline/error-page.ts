import { STATUS_CODES } from 'node:http'
import { RequestError, type RequestErrorCode } from '../errors.ts'
import { prefersHtml } from '../http/negotiation.ts'

/** What a visitor reads: a title and one sentence. Nothing about the inside or other tenants. */
const WORDS: Record<RequestErrorCode, readonly [title: string, sentence: string]> = {
  BAD_REQUEST: ['Bad request', 'The server could not understand this request.'],
  BAD_HOST: ['Bad request', 'The request does not name a valid host.'],
  METHOD_NOT_ALLOWED: ['Method not allowed', 'The server does not accept this method.'],
  FOREIGN_ORIGIN: ['Forbidden', 'This site does not take connections from other sites.'],
  UNKNOWN_HOST: ['Not found', 'There is no site at this address.'],
  TENANT_SUSPENDED: ['Not available', 'This site is not available at the moment.'],
  APP_UNAVAILABLE: ['Back in a moment', 'This site is starting. Please try again shortly.'],
  APP_FAILED: ['Bad gateway', 'This site did not give a valid answer. Please try again.'],
  APP_TIMEOUT: ['Gateway timeout', 'This site took too long to answer. Please try again.'],
  HEADERS_TOO_LARGE: ['Headers too large', 'The head of this request is too large.'],
  REQUEST_TIMEOUT: ['Request timeout', 'The request did not arrive in time.'],
  SHUTTING_DOWN: ['Back in a moment', 'The server is restarting. Please try again shortly.'],
}

/** An answer that is ready to be written. */
export interface ErrorPage {
  readonly status: number
  readonly headers: Record<string, string | number>
  readonly body: string
}

/** The one place that turns an error into a status: whatever is not a RequestError is a 502. */
export function toRequestError(error: unknown): RequestError {
  return error instanceof RequestError
    ? error
    : new RequestError('APP_FAILED', 502, { cause: error })
}

/**
 * @param id request id, shown so that a visitor can name it
 * @param accept the request's `Accept`: HTML where it is asked for, JSON otherwise
 */
export function renderErrorPage(error: RequestError, id: string, accept?: string): ErrorPage {
  const html = prefersHtml(accept)
  const [title, sentence] = WORDS[error.code]
  const body = html
    ? renderHtml(error.status, title, sentence, id)
    : `${JSON.stringify({ error: { status: error.status, code: error.code, message: sentence, requestId: id } })}\n`
  return {
    status: error.status,
    headers: {
      'content-type': html ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': id,
      ...(html && { 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'" }),
      ...(error.code === 'METHOD_NOT_ALLOWED' && {
        allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
      }),
      ...(error.retryAfter !== undefined && { 'retry-after': error.retryAfter }),
      ...(error.close && { connection: 'close' }),
    },
    body,
  }
}

/** The same answer as bytes for a socket on which no response object exists. */
export function renderRawError(error: RequestError, id: string): string {
  const page = renderErrorPage(error, id, 'text/html')
  const head = Object.entries({ ...page.headers, connection: 'close' })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
  return `HTTP/1.1 ${page.status} ${STATUS_CODES[page.status]}\r\n${head}\r\n${page.body}`
}

/** `id` is made by the gateway or of a closed set of characters: no escaping is needed. */
function renderHtml(status: number, title: string, sentence: string, id: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>
:root { color-scheme: light dark }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 16px/1.6 system-ui, sans-serif;
  background: #f7f7f8; color: #1c1d22 }
main { max-width: 30rem; padding: 2rem }
p { margin: .5rem 0 0; color: #55575f }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; letter-spacing: -.02em }
.status { margin: 0 0 .75rem; font: 600 .875rem/1 ui-monospace, monospace; color: #6d5ae6; letter-spacing: .08em }
.id { margin-top: 2rem; font: .75rem/1.5 ui-monospace, monospace; color: #84868f; overflow-wrap: anywhere }
@media (prefers-color-scheme: dark) {
  body { background: #131418; color: #f0f0f3 } p { color: #a6a8b1 } .status { color: #a99bff } .id { color: #74767f }
}
</style>
</head>
<body>
<main>
<p class="status">${status}</p>
<h1>${title}</h1>
<p>${sentence}</p>
<p class="id">Request ${id}</p>
</main>
</body>
</html>
`
}
