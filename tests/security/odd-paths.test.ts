import { expect, test } from '@jest/globals'
import { sendRaw } from '../support/http.ts'
import { ODD_PATHS, parseAnswer, refusal, sharedStub } from './support.ts'

// Paths that climb, hide a slash or end early reach an app as they were sent, or are refused: no other tenant is meant.

const stub = sharedStub((req, res) => res.end(`${String(req.headers['x-tenant-id'])} ${req.url}`))

test.each([
  ...ODD_PATHS,
  '/a\\b',
  '/\\globex.localhost/',
  '//globex.localhost/',
  '/a%2Fb%2f',
  '/a%5Cb',
  '/./a/.',
  '/a/..;/b',
  '/%2E%2e%2F',
  '/a?b=/../%00\\',
  '/@globex.localhost',
])('%s arrives as it was sent', async (path) => {
  for (const tenant of ['acme', 'globex']) {
    for (const target of [path, `http://${tenant}.localhost${path}`]) {
      const bytes = `GET ${target} HTTP/1.1\r\nHost: ${tenant}.localhost\r\nConnection: close\r\n\r\n`
      const { status, body } = parseAnswer(await sendRaw(stub.current.port, bytes))
      expect([target, status, body]).toEqual([
        target,
        200,
        expect.stringContaining(`${tenant} ${path}`),
      ])
    }
  }
})

test.each([
  '/a\0b',
  '/\0',
  '/a b',
  '/a\x7fb',
  '/a\tb',
  '/\x01',
  '/é#x',
  '/a#',
  'a',
  '\\a',
  '?a',
  '../a',
  'http://acme.localhost\\@globex.localhost/',
  'http://acme.localhost%2f@globex.localhost/',
  'http://globex.localhost/',
])('%j is refused', async (path) => {
  const bytes = `GET ${path} HTTP/1.1\r\nHost: acme.localhost\r\n\r\n`
  expect((await refusal(stub.current, bytes)).status).toBe(400)
})
