import { createRequire } from 'node:module'
import { expect, test } from '@jest/globals'
import { ADVISORIES } from '../../gateway/src/instances/advisories.ts'
import { advisoriesOf } from '../../gateway/src/instances/version-gate.ts'

const RANGE = /^(?:(?:>=|<=|<|=)\d+\.\d+\.\d+(?:-[\da-z.]+)?(?: (?=.)|$))+$/

test.each([
  ['CVE-2025-29927', '15.2.2', '15.2.3'],
  ['CVE-2025-66478', '16.0.6', '16.0.7'],
  ['CVE-2025-66478', '15.1.8', '15.1.9'],
  ['CVE-2025-66478', '15.1.0-canary.1', '15.2.6'],
  ['CVE-2025-66478', '15.0.0-rc.0', '15.0.5'],
  ['CVE-2025-66478', '16.0.0-beta.0', '16.0.7'],
  ['CVE-2025-66478', '14.3.0-canary.77', '14.3.0-canary.76'],
  ['CVE-2025-66478', '15.6.0-canary.57', '15.6.0-canary.58'],
  ['CVE-2026-44578', '16.2.4', '16.2.5'],
  ['CVE-2026-44578', '15.5.15', '15.5.16'],
])('%s concerns %s and not %s', (cve, vulnerable, fixed) => {
  const concerns = (version: string): boolean =>
    advisoriesOf(version).some((each) => each.cve === cve)
  expect([concerns(vulnerable), concerns(fixed)]).toEqual([true, false])
})

test('a prerelease of a vulnerable version is vulnerable', () => {
  expect(advisoriesOf('16.2.4-canary.3').map(({ cve }) => cve)).toContain('CVE-2026-44578')
})

test('the version that the samples run on is not known to be vulnerable', () => {
  const { version } = createRequire(import.meta.url)('next/package.json') as { version: string }
  expect(advisoriesOf(version)).toEqual([])
})

test('each advisory has an id of its own and ranges that can be read', () => {
  const ids = ADVISORIES.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.filter((id) => !/^GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}$/.test(id))).toEqual([])
  const ranges = ADVISORIES.flatMap((advisory) => advisory.ranges)
  expect(ranges.filter((range) => !RANGE.test(range))).toEqual([])
  expect(ADVISORIES.filter((advisory) => advisory.ranges.length === 0)).toEqual([])
})
