import { expect, test } from '@jest/globals'
import { fetchOn } from '../support/http.ts'
import { startStubbed, type StubOptions } from '../support/stub-app.ts'
import type { Instance, InstanceEnd } from '../../gateway/dist/instances/instance.js'

// Between the death of an instance and the moment in which the gateway learns of it.

const DIED: InstanceEnd = { expected: false, reason: 'signal SIGKILL' }

test('a request that an instance was too dead to take is answered by the next one', async () => {
  const { refusals, options } = firstRefuses('ECONNREFUSED')
  await using stub = await startStubbed((_req, res) => res.end('served'), options)
  const answer = await fetchOn(stub.port, 'http://acme.localhost/page')
  expect(answer.status).toBe(200)
  expect(await answer.text()).toBe('served')
  expect(refusals).toEqual(['GET /page'])
  expect(stub.seen).toEqual(['GET /page'])
})

test('one with a body is not sent twice', async () => {
  const { refusals, options } = firstRefuses('ENOENT')
  await using stub = await startStubbed((_req, res) => res.end('served'), options)
  const post = { method: 'POST', body: 'pay' }
  const answer = await fetchOn(stub.port, 'http://acme.localhost/pay', post)
  expect(answer.status).toBe(502)
  expect(refusals).toEqual(['POST /pay'])
  expect(stub.seen).toEqual([])
})

test('nor one that may have reached the app', async () => {
  const { refusals, options } = firstRefuses('ECONNRESET')
  await using stub = await startStubbed((_req, res) => res.end('served'), options)
  expect((await fetchOn(stub.port, 'http://acme.localhost/page')).status).toBe(502)
  expect(refusals).toEqual(['GET /page'])
  expect(stub.seen).toEqual([])
})

/** The first instance fails with the code, and only then it is known to have ended. */
function firstRefuses(code: string): { refusals: string[]; options: StubOptions } {
  const refusals: string[] = []
  const refusing = (stub: Instance): Instance => {
    let end: (how: InstanceEnd) => void = () => {}
    const ended = new Promise<InstanceEnd>((resolve) => (end = resolve))
    return {
      ...stub,
      ended,
      handle(req, _res, { fail }) {
        refusals.push(`${req.method} ${req.url}`)
        fail(Object.assign(new Error(code), { code }))
        end(DIED)
      },
    }
  }
  return { refusals, options: { instance: (n, stub) => (n === 1 ? refusing(stub) : stub) } }
}
