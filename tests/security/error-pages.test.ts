import { expect, test } from '@jest/globals'
import { sendRaw } from '../support/http.ts'
import { parseAnswer, sharedStub, type RawAnswer } from './support.ts'

// The gateway's own pages say what a visitor needs, and nothing that a stranger put into the request.

const SCRIPT = '<script>alert(1)</script>'

const stub = sharedStub((req) => void req.socket.destroy(), {
  files: {
    'config/tenants/gone.json': { app: 'acme', hosts: ['gone.test'], suspended: true },
    'config/tenants/shut.json': {
      app: 'acme',
      hosts: ['shut.test', { host: 'www.shut.test', redirectTo: 'shut.test' }],
      suspended: { status: 503 },
    },
  },
})

interface Asked {
  readonly method?: string
  readonly target?: string
  readonly host?: string
  readonly accept?: string
  readonly lines?: string
}

async function ask({
  method = 'GET',
  target = '/',
  host = 'no.test',
  accept,
  lines = '',
}: Asked): Promise<RawAnswer> {
  const line = accept === undefined ? '' : `Accept: ${accept}\r\n`
  const bytes = `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n${line}${lines}Connection: close\r\n\r\n`
  return parseAnswer(await sendRaw(stub.current.port, bytes))
}

const pages: [what: string, status: number, code: string, asked: Asked][] = [
  ['a malformed host', 400, 'BAD_HOST', { host: 'a b' }],
  ['a malformed request', 400, 'BAD_REQUEST', { target: '/#x' }],
  ['an unknown host', 404, 'UNKNOWN_HOST', {}],
  ['a suspended tenant', 404, 'TENANT_SUSPENDED', { host: 'gone.test' }],
  ['a tenant suspended with 503', 503, 'TENANT_SUSPENDED', { host: 'shut.test' }],
  ['an alias of a suspended tenant', 503, 'TENANT_SUSPENDED', { host: 'www.shut.test' }],
  ['an app that fails', 502, 'APP_FAILED', { host: 'acme.localhost', method: 'POST' }],
  ['too many headers', 431, 'HEADERS_TOO_LARGE', { lines: 'a:\r\n'.repeat(600) }],
]

test.each(pages)('%s: %i as HTML for a browser', async (_what, status, _code, asked) => {
  const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
  const { headers, body, ...answer } = await ask({ ...asked, accept })
  expect(answer.status).toBe(status)
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none';/)
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('content-length')).toBe(String(Buffer.byteLength(body)))
  expect(body).toMatch(/^<!doctype html>/)
  expect(body).toContain(`Request ${headers.get('x-request-id')}`)
  expect(body).toContain(`<p class="status">${status}</p>`)
  expect(body).not.toMatch(/<script|<link|<img|src=|url\(|@import/)
})

test.each(pages)('%s: %i as JSON for a program', async (_what, status, code, asked) => {
  for (const accept of [
    undefined,
    '*/*',
    'application/json',
    'text/html;q=0',
    'text/html/x',
    SCRIPT,
  ]) {
    const { headers, body, ...answer } = await ask({
      ...asked,
      ...(accept !== undefined && { accept }),
    })
    expect(answer.status).toBe(status)
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.has('content-security-policy')).toBe(false)
    expect(JSON.parse(body)).toEqual({
      error: {
        status,
        code,
        message: expect.stringMatching(/^[A-Z][\w ,.]+\.$/),
        requestId: headers.get('x-request-id'),
      },
    })
  }
})

test.each(pages.filter(([, , , asked]) => asked.method === undefined))(
  '%s: HEAD has the head of the page and no body',
  async (_what, status, _code, asked) => {
    for (const accept of ['text/html', 'application/json']) {
      const get = await ask({ ...asked, accept })
      const head = await ask({ ...asked, accept, method: 'HEAD' })
      expect(head.status).toBe(status)
      expect(head.body).toBe('')
      expect(withoutId(head)).toEqual(withoutId(get))
    }
  },
)

test('503 of a suspended tenant says when to come back, 404 does not', async () => {
  expect((await ask({ host: 'shut.test' })).headers.get('retry-after')).toBe('3600')
  expect((await ask({ host: 'gone.test' })).headers.has('retry-after')).toBe(false)
})

test('a suspended tenant and its app are named nowhere', async () => {
  for (const host of ['gone.test', 'shut.test']) {
    for (const accept of ['text/html', 'application/json']) {
      const { headers, body } = await ask({ host, accept })
      expect(`${[...headers].join()}${body}`).not.toMatch(/acme|gone|shut|app\b/i)
    }
  }
  expect(stub.current.seen).toEqual([])
})

const injections: [what: string, asked: Asked][] = [
  ['the host', { host: `${SCRIPT}.test` }],
  ['the path', { target: `/${SCRIPT}` }],
  ['the query', { target: `/?q=${SCRIPT}` }],
  ['a target without a slash', { target: SCRIPT }],
  ['a URL as target', { target: `http://${SCRIPT}/` }],
  [
    'the path of an app that fails',
    { host: 'acme.localhost', target: `/${SCRIPT}`, method: 'POST' },
  ],
  ['the path of a suspended tenant', { host: 'shut.test', target: `/${SCRIPT}` }],
  ['the request id', { lines: `X-Request-Id: ${SCRIPT}\r\n` }],
  ['Accept', { lines: `Accept: text/html, ${SCRIPT}\r\n` }],
  [
    'Referer, User-Agent and Cookie',
    { lines: `Referer: ${SCRIPT}\r\nUser-Agent: ${SCRIPT}\r\nCookie: ${SCRIPT}\r\n` },
  ],
  ['the name of a header', { lines: `${SCRIPT}: 1\r\n` }],
  ['a method', { method: `GET${SCRIPT}` }],
]

test.each(injections)('nothing of %s comes back', async (_what, asked) => {
  for (const accept of ['text/html', 'application/json']) {
    const { status, headers, body } = await ask({ ...asked, accept })
    expect(status).toBeGreaterThanOrEqual(400)
    expect(`${[...headers].join()}${body}`).not.toMatch(/script>|alert\(1\)/)
  }
})

test('an app that fails shows neither its name nor where it lies', async () => {
  for (const accept of ['text/html', 'application/json']) {
    const { status, headers, body } = await ask({ host: 'acme.localhost', method: 'POST', accept })
    expect(status).toBe(502)
    expect(`${[...headers].join()}${body}`).not.toMatch(/acme|ECONN|hang up|\.sock|\/tmp|at .*:\d/i)
  }
  expect(stub.current.log.findLast((line) => line['status'] === 502)).toMatchObject({
    served: 'acme#1',
    err: { code: 'ECONNRESET' },
  })
})

test('after an error page of a request without a body, the connection can go on', async () => {
  const bytes = 'GET / HTTP/1.1\r\nHost: no.test\r\n'
  const text = await sendRaw(stub.current.port, `${bytes}\r\n${bytes}Connection: close\r\n\r\n`)
  expect(text.match(/HTTP\/1\.1 404 /g)).toHaveLength(2)
})

function withoutId({ headers }: RawAnswer): [string, string][] {
  return [...headers].filter(([name]) => name !== 'x-request-id' && name !== 'date')
}
