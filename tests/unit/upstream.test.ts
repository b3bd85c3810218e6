import { describe, expect, test } from '@jest/globals'
import { Breaker } from '../../gateway/src/instances/upstream/breaker.ts'
import { Ejection } from '../../gateway/src/instances/upstream/ejection.ts'
import { climbsOut, toPublicPath, toTargetPath } from '../../gateway/src/instances/upstream/path.ts'
import { RetryBudget } from '../../gateway/src/instances/upstream/retry-budget.ts'
import { safeTrailers } from '../../gateway/src/http/trailers.ts'

describe('the breaker', () => {
  const options = { share: 0.5, minRequests: 4, window: 100, openFor: 50 }

  test('opens at the share of failures, and not before there were enough requests', () => {
    const breaker = new Breaker(options)
    expect([breaker.fail(0), breaker.fail(1), breaker.fail(2)]).toEqual([false, false, false])
    expect(breaker.state(2)).toBe('closed')
    expect(breaker.fail(3)).toBe(true)
    expect([breaker.state(3), breaker.state(52), breaker.state(53)]).toEqual([
      'open',
      'open',
      'trying',
    ])
    expect([breaker.remaining(3), breaker.remaining(60)]).toEqual([50, 0])
  })

  test('stays closed below the share', () => {
    const breaker = new Breaker(options)
    for (let i = 0; i < 30; i++) {
      breaker.succeed(i)
      breaker.succeed(i)
      expect(breaker.fail(i)).toBe(false)
    }
  })

  test('a window that is over counts no more', () => {
    const breaker = new Breaker(options)
    for (let i = 0; i < 3; i++) breaker.fail(i)
    expect(breaker.fail(100)).toBe(false)
    expect([breaker.fail(101), breaker.fail(102), breaker.fail(103)]).toEqual([false, false, true])
  })

  test('one request tries; what it finds decides, and nothing else does', () => {
    const breaker = new Breaker({ ...options, minRequests: 1 })
    breaker.fail(0)
    expect(breaker.succeed(10)).toBe(false)
    expect(breaker.fail(10)).toBe(false)
    expect(breaker.state(10)).toBe('open')
    expect(breaker.begin(10)).toBeUndefined()
    const trial = breaker.begin(50)
    expect([trial, breaker.begin(50)]).toEqual([expect.anything(), undefined])
    expect(breaker.state(50)).toBe('open')
    // Of requests from before it opened.
    expect([breaker.succeed(55), breaker.fail(55), breaker.state(55)]).toEqual([
      false,
      false,
      'open',
    ])
    expect(breaker.fail(60, trial)).toBe(true)
    expect(breaker.state(109)).toBe('open')
    const next = breaker.begin(110)
    expect([breaker.succeed(115, trial), breaker.state(115)]).toEqual([false, 'open'])
    expect([breaker.succeed(120, next), breaker.state(120)]).toEqual([true, 'closed'])
  })

  test('a trial that comes to nothing leaves the place to another one', () => {
    const breaker = new Breaker({ ...options, minRequests: 1 })
    breaker.fail(0)
    const trial = breaker.begin(50) ?? {}
    breaker.abandon(trial)
    expect(breaker.state(50)).toBe('trying')
    expect(breaker.begin(50)).toBeDefined()
    breaker.abandon(trial)
    expect(breaker.state(50)).toBe('open')
  })
})

test('ejection: after failures in a row, doubled each time, short again after good service', () => {
  const ejection = new Ejection({ after: 3, time: 10, maxTime: 25 })
  const fail = (times: number): boolean => {
    for (let i = 0; i < times; i++) ejection.fail()
    return ejection.isDue
  }
  expect(fail(2)).toBe(false)
  ejection.succeed(0)
  expect([fail(2), fail(1)]).toEqual([false, true])
  expect(ejection.eject(0)).toBe(10)
  expect([ejection.isEjected(9), ejection.isEjected(10)]).toEqual([true, false])
  // When it is back, one failure is enough.
  expect([fail(1), ejection.eject(10), fail(1), ejection.eject(30)]).toEqual([true, 20, true, 25])
  ejection.succeed(60)
  expect([fail(3), ejection.eject(60)]).toEqual([true, 25])
  ejection.succeed(110)
  expect([fail(3), ejection.eject(110)]).toEqual([true, 10])
})

describe('the budget of retries', () => {
  test('a few in any case, one more a second', () => {
    const budget = new RetryBudget(0.1, 0)
    const granted = (now: number): number => {
      let count = 0
      while (budget.withdraw(now)) count++
      return count
    }
    expect([granted(0), granted(999), granted(1000), granted(4500), granted(1e9)]).toEqual([
      5, 0, 1, 3, 5,
    ])
  })

  test('a tenth of the requests besides; quiet times save up no flood', () => {
    const budget = new RetryBudget(0.1, 0)
    while (budget.withdraw(0));
    for (let i = 0; i < 100; i++) budget.deposit()
    let count = 0
    while (budget.withdraw(0)) count++
    expect([9, 10]).toContain(count)
    for (let i = 0; i < 1_000_000; i++) budget.deposit()
    while (budget.withdraw(0)) count++
    expect(count).toBeLessThanOrEqual(110)
  })
})

describe('paths', () => {
  test.each([
    ['/api/x', { strip: '/api' }, '/x'],
    ['/api', { strip: '/api' }, '/'],
    ['/api?q', { strip: '/api' }, '/?q'],
    ['/api//x', { strip: '/api' }, '//x'],
    ['/apix', { strip: '/api' }, '/apix'],
    ['/other', { strip: '/api', add: '/v1' }, '/v1/other'],
    ['/api/x?/api', { strip: '/api', add: '/v1' }, '/v1/x?/api'],
    ['/', { add: '/v1' }, '/v1/'],
  ])('%s with %j: %s', (path, options, expected) => {
    expect(toTargetPath(options)?.(path)).toBe(expected)
  })

  test.each([
    ['/x', {}, '/x'],
    ['/x', { strip: '/api' }, '/api/x'],
    ['/v1/x?y', { strip: '/api', add: '/v1' }, '/api/x?y'],
    ['/v1', { add: '/v1' }, '/'],
    ['/v1', { strip: '/api', add: '/v1' }, '/api'],
    ['/v1?x', { add: '/v1' }, '/?x'],
    ['/v11', { add: '/v1' }, '/v11'],
    ['/elsewhere', { strip: '/api', add: '/v1' }, '/elsewhere'],
  ])('back from %s with %j: %s', (path, options, expected) => {
    expect(toPublicPath(options, path)).toBe(expected)
  })

  test('a million dots take no time', () => {
    const start = performance.now()
    expect(climbsOut(`/${'.'.repeat(1_000_000)}`)).toBe(false)
    expect(climbsOut(`/${'%2e'.repeat(300_000)}`)).toBe(false)
    expect(performance.now() - start).toBeLessThan(10_000)
  })
})

test('trailers: those that frame, route or say what only the gateway may say are left out', () => {
  const raw = ['X-Sum', '42', 'grpc-status', '0', 'X-Sum', '43']
  const not = [
    'Content-Length',
    'transfer-encoding',
    'Host',
    'Authorization',
    'Cookie',
    'Set-Cookie',
    'Connection',
    'TE',
    'Trailer',
    'x-tenant-id',
    'X-Forwarded-For',
    'x_tenant_id',
    'Expect',
    'If-Match',
    'Range',
  ]
  expect(safeTrailers([...not.flatMap((name) => [name, '1']), ...raw])).toEqual([
    ['X-Sum', '42'],
    ['grpc-status', '0'],
    ['X-Sum', '43'],
  ])
  expect(safeTrailers(['a', 'b\u0001c', 'd', 'e\u00e9'])).toEqual([['d', 'e\u00e9']])
  expect(safeTrailers(Array.from({ length: 1000 }, () => 'a'))).toHaveLength(64)
})
