import { expect, test } from '@jest/globals'
import { expectFree } from '../support/held.ts'
import { sendRaw } from '../support/http.ts'
import { startStubbed, type StubbedGateway } from '../support/stub-app.ts'

// How fast one client may ask, whatever it is answered: a full bucket of one, and many requests at once.

const MANY = 30
const ONE = { perSecond: 1, burst: 1 }
const CLOSE = 'Connection: close\r\n'
const FOREIGN = 'Upgrade: websocket\r\nConnection: Upgrade\r\nOrigin: http://evil.example\r\n'

/** Sends the request many times at once. @returns how often each status was answered */
async function statuses(
  { port }: StubbedGateway,
  host: string,
  lines: string,
): Promise<Map<number, number>> {
  const bytes = `GET / HTTP/1.1\r\nHost: ${host}\r\n${lines}\r\n`
  const answers = await Promise.all(Array.from({ length: MANY }, () => sendRaw(port, bytes)))
  const counts = new Map<number, number>()
  for (const answer of answers) {
    const status = Number(answer.slice(9, 12))
    counts.set(status, (counts.get(status) ?? 0) + 1)
  }
  return counts
}

function start(gateway: object, tenant: object = {}): Promise<StubbedGateway> {
  const gone = { app: 'acme', hosts: ['gone.localhost'], suspended: true, ...tenant }
  return startStubbed((_req, res) => res.end(), {
    gateway,
    files: { 'config/tenants/gone.json': gone },
  })
}

test.each([
  ['a page', 'acme.localhost', 200, CLOSE],
  ['the redirect of an alias', 'www.acme.test', 308, CLOSE],
  ['a suspended tenant', 'gone.localhost', 404, CLOSE],
  ["a WebSocket of another site's page", 'acme.localhost', 403, FOREIGN],
])('of a tenant, answered with %s: more get 429', async (_what, host, status, lines) => {
  await using stub = await start({ limits: { tenant: { rate: ONE } } })
  const counts = await statuses(stub, host, lines)
  expect(new Set(counts.keys())).toEqual(new Set([status, 429]))
  // While they come in, some tokens may be added.
  expect(counts.get(status)).toBeLessThan(MANY / 2)
  await expectFree(stub)
})
