import { test } from '@jest/globals'
import { makeCase } from '../support/fuzz/cases.ts'
import { readRequests } from '../support/fuzz/reference.ts'
test('show', () => {
  for (const n of (process.env['SHOW'] ?? '').split(',')) {
    const c = makeCase(Number(process.env['TENANTRY_FUZZ_SEED'] ?? 1), Number(n))
    process.stdout.write(JSON.stringify(c) + '\n' + JSON.stringify(readRequests(c.bytes)) + '\n')
  }
})
