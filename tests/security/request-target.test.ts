import { expect, test } from '@jest/globals'
import { sendRaw } from '../support/http.ts'
import { refusal, parseAnswer, sharedStub } from './support.ts'

// The target of a request is a path, or a URL that says the same as its Host; nothing else reaches an app.

const stub = sharedStub((req, res) =>
  res.end(JSON.stringify([req.headers['x-tenant-id'], req.headers.host, req.url])),
)

test.each([
  ['/', 'acme.localhost', '/'],
  ['//globex.localhost/x', 'acme.localhost', '//globex.localhost/x'],
  ['/http://globex.localhost/', 'acme.localhost', '/http://globex.localhost/'],
  ['/?u=http://globex.localhost/', 'acme.localhost', '/?u=http://globex.localhost/'],
  ['http://acme.localhost/a?b', 'acme.localhost', '/a?b'],
  ['http://acme.localhost', 'acme.localhost', '/'],
  ['http://acme.localhost?b', 'acme.localhost', '/?b'],
  ['http://acme.localhost//globex.localhost/', 'acme.localhost', '//globex.localhost/'],
  ['http://acme.localhost/a?b?c=http://x/', 'acme.localhost', '/a?b?c=http://x/'],
  ['HTTP://ACME.LOCALHOST/A', 'acme.localhost', '/A'],
  ['http://acme.localhost/', 'ACME.localhost', '/'],
  ['http://acme.localhost./', 'acme.localhost', '/'],
  ['http://acme.localhost/', 'acme.localhost.', '/'],
  ['https://acme.localhost/', 'acme.localhost', '/'],
])('GET %s with Host: %s asks the app for its own path', async (target, host, url) => {
  const bytes = `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`
  const answer = parseAnswer(await sendRaw(stub.current.port, bytes))
  expect(answer.status).toBe(200)
  expect(JSON.parse(answer.body)).toEqual(['acme', 'acme.localhost', url])
})

test.each([
  ['http://acme.localhost:80/', 'acme.localhost'],
  ['http://acme.localhost/', 'acme.localhost:80'],
  ['http://acme.localhost:080/', 'acme.localhost:80'],
])('%s and Host: %s are the same', async (target, host) => {
  const bytes = `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`
  expect(parseAnswer(await sendRaw(stub.current.port, bytes)).status).toBe(200)
})

test.each([
  ['http://acme.localhost/', 'globex.localhost'],
  ['http://globex.localhost/', 'acme.localhost'],
  ['http://nobody.localhost/', 'acme.localhost'],
  ['http://acme.localhost:81/', 'acme.localhost'],
  ['http://acme.localhost/', 'acme.localhost:81'],
  ['http://acme.localhost:443/', 'acme.localhost'],
  ['https://acme.localhost:443/', 'acme.localhost'],
  ['http://a.acme.test/', 'b.acme.test'],
  ['http://acme.localhost../', 'acme.localhost'],
])('%s contradicts Host: %s', async (target, host) => {
  const answer = await refusal(stub.current, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
  expect(answer.status).toBe(400)
  expect(JSON.parse(answer.body).error.code).toBe('BAD_HOST')
})

test('a URL as target does not stand for a Host that is missing or there twice', async () => {
  const target = 'GET http://acme.localhost/ HTTP/1.1\r\n'
  expect(await refusal(stub.current, `${target}\r\n`)).toMatchObject({ status: 400 })
  expect(await refusal(stub.current, `${target}Host:\r\n\r\n`)).toMatchObject({ status: 400 })
  const host = 'Host: acme.localhost\r\n'
  expect(await refusal(stub.current, `${target}${host}${host}\r\n`)).toMatchObject({ status: 400 })
})

test.each([
  'http://',
  'http:///',
  'http:/acme.localhost/',
  'http:acme.localhost',
  'http://?x',
  'http://user@acme.localhost/',
  'http://acme.localhost@globex.localhost/',
  'http://acme.localhost\\@globex.localhost/',
  'http://acme.localhost\\/',
  'http://acme.localhost:80:80/',
  'http://acme.localhost:/',
  'http://acme.localhost%2f/',
  'http://acme%2elocalhost/',
  'http://acme.localhost,globex.localhost/',
  'http://[::1/',
  'ftp://acme.localhost/',
  'ws://acme.localhost/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/html,x',
  'unix:/run/app.sock:/',
  'acme.localhost/',
  'acme.localhost:80',
  '?x',
  '*',
  '.',
  '../x',
  '@globex.localhost/',
  ';x',
  '%2f',
  '\\x',
  '/#x',
  '/a#',
  '/a?b#c',
  '#',
  'http://acme.localhost/#x',
  'http://acme.localhost#@globex.localhost/',
  '/a\tb',
  '/a b',
  '/a\u000bb',
  '/a\u000cb',
  '/a\u0001b',
  '/a\u0000b',
  '/a\u007fb',
  '/a\u00e9b',
  '/a\r\nx: y',
  '/a\nb',
  '',
])('GET %j is no target', async (target) => {
  expect(
    await refusal(stub.current, `GET ${target} HTTP/1.1\r\nHost: acme.localhost\r\n\r\n`),
  ).toMatchObject({ status: 400 })
})

test('OPTIONS * asks about the gateway itself, of which there is nothing to say', async () => {
  expect(
    await refusal(stub.current, 'OPTIONS * HTTP/1.1\r\nHost: acme.localhost\r\n\r\n'),
  ).toMatchObject({ status: 400 })
})

test.each(['acme.localhost:80', 'globex.localhost:443', '127.0.0.1:22', '/', '*'])(
  'CONNECT %s opens no tunnel',
  async (target) => {
    const bytes = `CONNECT ${target} HTTP/1.1\r\nHost: acme.localhost\r\n\r\n`
    const answer = await refusal(stub.current, bytes)
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe('GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS')
  },
)
