import { expect, test } from '@jest/globals'
import { expectFree } from '../support/held.ts'
import { fetchOn } from '../support/http.ts'
import { startStubbed } from '../support/stub-app.ts'

// One tenant is flooded far above its limits; the other one does not lose a request by it.
const FLOOD = 40
const ROUNDS = 15

test.each([
  ['requests at once', { requests: 5, rate: false }, 503, 'requests'],
  ['rate', { rate: { perSecond: 5, burst: 20 } }, 429, 'rate'],
] as const)(
  'a flood above the limit of %s: the other tenant is served whole',
  async (_what, limits, status, limit) => {
    let inAcme = 0
    let most = 0
    await using stub = await startStubbed(
      (req, res) => {
        const isAcme = req.headers['x-tenant-id'] === 'acme'
        if (isAcme) most = Math.max(most, ++inAcme)
        setTimeout(() => {
          if (isAcme) inAcme--
          res.end()
        }, 5)
      },
      {
        files: { 'config/tenants/acme.json': { hosts: ['acme.localhost'], limits } },
      },
    )
    const ask = async (tenant: string): Promise<number> =>
      (await fetchOn(stub.port, `http://${tenant}.localhost/`)).status
    const flood = async (): Promise<number[]> => {
      const all: number[] = []
      for (let i = 0; i < ROUNDS; i++) all.push(await ask('acme'))
      return all
    }
    const calm: number[] = []
    const flooding = Promise.all(Array.from({ length: FLOOD }, flood))
    for (let i = 0; i < 2 * ROUNDS; i++) calm.push(await ask('globex'))
    const flooded = (await flooding).flat()
    expect(calm).toEqual(calm.map(() => 200))
    expect(new Set(flooded)).toEqual(new Set([200, status]))
    if (limit === 'requests') expect(most).toBeLessThanOrEqual(5)
    const refused = stub.log.filter((line) => line['limit'] === limit)
    expect(refused).toHaveLength(flooded.filter((one) => one === status).length)
    expect(refused.every((line) => line['tenant'] === 'acme')).toBe(true)
    await expectFree(stub)
  },
)
