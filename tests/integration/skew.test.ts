import type { ServerResponse } from 'node:http'
import { expect, test } from '@jest/globals'
import { fetchOn } from '../support/http.ts'
import { startStubbed } from '../support/stub-app.ts'

// What an app says of a server action that its build does not have reaches nobody as an error.

const ACTION = { 'next-action': '40abcdef' }
const FORM = { 'content-type': 'multipart/form-data; boundary=x' }

function unknown(res: ServerResponse): void {
  res.writeHead(409, { 'x-nextjs-action-not-found': '1', 'content-type': 'text/plain' })
  res.end('Server Action unavailable.')
}

test('a fetched action that is not in the build makes the client load its page anew', async () => {
  await using stub = await startStubbed((_req, res) => unknown(res))
  const answer = await post(stub.port, ACTION)
  expect([answer.status, await answer.text()]).toEqual([303, ''])
  expect(answer.headers.get('x-action-redirect')).toBe('cart?x=1;replace')
  expect(answer.headers.get('x-nextjs-action-not-found')).toBe(null)
  expect(answer.headers.get('cache-control')).toBe('private, no-store')
})

test('a form whose action is not in the build leads back to its page', async () => {
  await using stub = await startStubbed((_req, res) => unknown(res))
  const answer = await post(stub.port, FORM)
  expect([answer.status, answer.headers.get('location')]).toEqual([303, './cart?x=1'])
})

test.each([
  ['an action that is there', ACTION, (res: ServerResponse) => res.end('done')],
  ['an upload', FORM, (res: ServerResponse) => res.writeHead(409).end('done')],
  ['another POST', { 'content-type': 'application/json' }, unknown],
])('%s is answered as the app answers it', async (_, headers, handler) => {
  await using stub = await startStubbed((_req, res) => handler(res))
  const answer = await post(stub.port, headers)
  expect(answer.status).not.toBe(303)
  expect(await answer.text()).toMatch(/done|unavailable/)
})

function post(port: number, headers: Record<string, string>): Promise<Response> {
  return fetchOn(port, 'http://acme.localhost/cart?x=1', { method: 'POST', headers, body: '[]' })
}
