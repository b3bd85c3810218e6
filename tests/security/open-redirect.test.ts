import { expect, test } from '@jest/globals'
import { sendRaw } from '../support/http.ts'
import { refusal, parseAnswer, sharedStub } from './support.ts'

// An alias redirects to its tenant's own host, whatever its visitor writes behind it.

const stub = sharedStub((_req, res) => res.end(), {
  files: {
    'config/tenants/moved.json': {
      app: 'acme',
      hosts: ['new.test', { host: '**.old.test', redirectTo: 'new.test', status: 302 }],
    },
  },
})

test.each([
  '/',
  '/a?b=c',
  '//evil.example',
  '//evil.example/%2f..',
  '///evil.example',
  '////evil.example',
  '/\\evil.example',
  '/\\\\evil.example',
  '/\\/evil.example',
  '/@evil.example',
  '/.evil.example',
  '/..//evil.example',
  '/../../evil.example',
  '/;@evil.example',
  '/:80@evil.example',
  '/%2f%2fevil.example',
  '/%5cevil.example',
  '/%09/evil.example',
  '/%0d%0aset-cookie:x=1',
  '/%0d%0a%0d%0a<script>alert(1)</script>',
  '/%0aLocation:http://evil.example',
  '/%E5%98%8A%E5%98%8Dset-cookie:x=1',
  '/http://evil.example',
  '/?next=//evil.example',
  '/?http://evil.example/',
  '/?\\evil.example',
  '/javascript:alert(1)',
])('%s stays on the canonical host', async (path) => {
  for (const target of [path, `http://www.acme.test${path}`]) {
    const bytes = `GET ${target} HTTP/1.1\r\nHost: www.acme.test\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: javascript\r\nConnection: close\r\n\r\n`
    const { status, headers, body } = parseAnswer(await sendRaw(stub.current.port, bytes))
    expect(status).toBe(308)
    expect(headers.get('location')).toBe(`http://acme.localhost${path}`)
    expect(new URL(headers.get('location') ?? '').host).toBe('acme.localhost')
    expect([...headers.keys()].toSorted()).toEqual([
      'connection',
      'content-length',
      'date',
      'location',
      'x-request-id',
    ])
    expect(body).toBe('')
  }
  expect(stub.current.seen).toEqual([])
})

test.each([
  ['www.acme.test:8080', 'http://acme.localhost:8080//evil.example'],
  ['WWW.ACME.TEST.', 'http://acme.localhost//evil.example'],
  ['a.old.test', 'http://new.test//evil.example'],
  ['evil.example.old.test', 'http://new.test//evil.example'],
  ['new.test.old.test:1', 'http://new.test:1//evil.example'],
])('so it does with Host: %s', async (host, location) => {
  for (const method of ['GET', 'HEAD', 'POST', 'DELETE']) {
    const bytes = `${method} //evil.example HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`
    const { status, headers } = parseAnswer(await sendRaw(stub.current.port, bytes))
    expect([302, 308]).toContain(status)
    expect(headers.get('location')).toBe(location)
  }
  expect(stub.current.seen).toEqual([])
})

test.each([
  'GET http://www.acme.test@evil.example/ HTTP/1.1\r\nHost: www.acme.test\r\n\r\n',
  'GET http://evil.example/ HTTP/1.1\r\nHost: www.acme.test\r\n\r\n',
  'GET evil.example HTTP/1.1\r\nHost: www.acme.test\r\n\r\n',
  'GET @evil.example HTTP/1.1\r\nHost: www.acme.test\r\n\r\n',
  'GET /#@evil.example HTTP/1.1\r\nHost: www.acme.test\r\n\r\n',
  'GET /\tevil.example HTTP/1.1\r\nHost: www.acme.test\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: www.acme.test:80@evil.example\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: www.acme.test:@evil.example\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: evil.example/.old.test\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: evil.example\\.old.test\r\n\r\n',
])('400 instead of a redirect: %j', async (bytes) => {
  const answer = await refusal(stub.current, bytes)
  expect(answer.status).toBe(400)
  expect(answer.headers.has('location')).toBe(false)
})

test('the body of a redirected request is not taken for the next request', async () => {
  const inner = 'GET /inner HTTP/1.1\r\nHost: acme.localhost\r\n\r\n'
  const answers = await sendRaw(
    stub.current.port,
    `POST /a HTTP/1.1\r\nHost: www.acme.test\r\nContent-Length: ${inner.length}\r\n\r\n${inner}GET /b HTTP/1.1\r\nHost: www.acme.test\r\nConnection: close\r\n\r\n`,
  )
  expect(answers.match(/location: .*/gi)).toEqual([
    'location: http://acme.localhost/a',
    'location: http://acme.localhost/b',
  ])
  expect(stub.current.seen).toEqual([])
})
