import { expect, test } from '@jest/globals'
import { RequestError, type RequestErrorCode } from '../../gateway/src/errors.ts'
import {
  renderErrorPage,
  renderRawError,
  toRequestError,
} from '../../gateway/src/pipeline/error-page.ts'

const CODES: [code: RequestErrorCode, status: number][] = [
  ['BAD_REQUEST', 400],
  ['BAD_HOST', 400],
  ['METHOD_NOT_ALLOWED', 405],
  ['UNKNOWN_HOST', 404],
  ['TENANT_SUSPENDED', 404],
  ['TENANT_SUSPENDED', 503],
  ['APP_UNAVAILABLE', 503],
  ['APP_FAILED', 502],
  ['APP_TIMEOUT', 504],
  ['HEADERS_TOO_LARGE', 431],
  ['REQUEST_TIMEOUT', 408],
  ['SHUTTING_DOWN', 503],
]

const ALWAYS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-request-id': 'id-1',
}

test.each(CODES)('%s %i has words for people and for programs', (code, status) => {
  const error = new RequestError(code, status)
  const html = renderErrorPage(error, 'id-1', 'text/html')
  expect(html.status).toBe(status)
  expect(html.headers).toMatchObject({
    ...ALWAYS,
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(html.body),
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  })
  expect(html.body).toContain('Request id-1')
  const json = renderErrorPage(error, 'id-1')
  expect(json.status).toBe(status)
  expect(json.headers).toMatchObject({
    ...ALWAYS,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(json.body),
  })
  expect(json.headers).not.toHaveProperty('content-security-policy')
  const { message, ...rest } = (JSON.parse(json.body) as { error: { message: string } }).error
  expect(rest).toEqual({ status, code, requestId: 'id-1' })
  expect(html.body).toContain(message)
})

test('what an error carries becomes headers', () => {
  const headers = (error: RequestError): object => renderErrorPage(error, 'id-1').headers
  expect(headers(new RequestError('APP_UNAVAILABLE', 503, { retryAfter: 5 }))).toMatchObject({
    'retry-after': 5,
  })
  expect(headers(new RequestError('BAD_HOST', 400, { close: true }))).toMatchObject({
    connection: 'close',
  })
  expect(headers(new RequestError('METHOD_NOT_ALLOWED', 405))).toHaveProperty('allow')
  const plain = headers(new RequestError('UNKNOWN_HOST', 404))
  for (const name of ['retry-after', 'connection', 'allow']) expect(plain).not.toHaveProperty(name)
})

test.each([
  new Error('secret /srv/app/token'),
  new TypeError('x'),
  'secret',
  undefined,
  { status: 200, code: 'OK' },
])('whatever is not a RequestError is a 502 that says nothing of it', (thrown) => {
  const error = toRequestError(thrown)
  expect(error).toMatchObject({ code: 'APP_FAILED', status: 502, cause: thrown })
  for (const accept of ['text/html', 'application/json']) {
    const { body, headers } = renderErrorPage(error, 'id-1', accept)
    expect(body + JSON.stringify(headers)).not.toMatch(/secret|srv|TypeError|error-page\.ts/)
  }
})

test('a RequestError stays as it is', () => {
  const error = new RequestError('UNKNOWN_HOST', 404)
  expect(toRequestError(error)).toBe(error)
})

test('the bytes for a bare socket are one whole answer that closes', () => {
  const text = renderRawError(new RequestError('HEADERS_TOO_LARGE', 431), 'id-1')
  const end = text.indexOf('\r\n\r\n')
  const lines = text.slice(0, end).split('\r\n')
  expect(lines[0]).toBe('HTTP/1.1 431 Request Header Fields Too Large')
  expect(lines).toContain('connection: close')
  expect(lines).toContain('x-request-id: id-1')
  expect(lines).toContain(`content-length: ${Buffer.byteLength(text.slice(end + 4))}`)
})
