import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { fetchOn } from '../support/http.ts'
import { startStubbed, type StubbedGateway } from '../support/stub-app.ts'

let stub: StubbedGateway

beforeAll(async () => {
  stub = await startStubbed((_req, res) => res.end('hello'))
})

afterAll(async () => {
  await stub[Symbol.asyncDispose]()
})

function lineOf(path: string): Record<string, unknown> {
  return stub.log.find((line) => line['path'] === path) ?? {}
}

test('one access line a request says who asked what of whom, and how it was served', async () => {
  const answer = await fetchOn(stub.port, 'http://shop.acme.test/products')
  await answer.text()
  expect(stub.log.filter((line) => line['path'] === '/products')).toHaveLength(1)
  expect(lineOf('/products')).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    event: 'request',
    client: '127.0.0.1',
    id: answer.headers.get('x-request-id'),
    tenant: 'acme',
    app: 'acme',
    host: 'shop.acme.test',
    method: 'GET',
    path: '/products',
    status: 200,
    bytes: expect.any(Number),
    ms: expect.any(Number),
    ttfb: expect.any(Number),
    served: 'acme#1',
    cache: 'miss',
    msg: 'request',
  })
  expect(Number(lineOf('/products')['bytes'])).toBeGreaterThan(100)
})

test('credentials, cookies and the query never appear', async () => {
  await fetchOn(stub.port, 'http://acme.localhost/private?token=s3cret-query', {
    headers: { authorization: 'Bearer s3cret-auth', cookie: 'session=s3cret-cookie' },
  })
  expect(lineOf('/private')['status']).toBe(200)
  expect(JSON.stringify(stub.log)).not.toContain('s3cret')
})

test('what the gateway answers itself is told apart', async () => {
  await fetchOn(stub.port, 'http://nobody.localhost/unknown')
  await fetchOn(stub.port, 'http://www.acme.test/alias')
  expect(lineOf('/unknown')).toMatchObject({
    status: 404,
    served: 'gateway',
    host: 'nobody.localhost',
  })
  expect(lineOf('/unknown')['tenant']).toBeUndefined()
  expect(lineOf('/alias')).toMatchObject({ status: 308, served: 'redirect', tenant: 'acme' })
})
