import { expect, test } from '@jest/globals'
import { createNegotiation } from '../../gateway/src/http/accept-encoding.ts'

const negotiate = createNegotiation(['br', 'zstd', 'gzip'])

test.each([
  [undefined, 'identity'],
  ['', 'identity'],
  ['gzip', 'gzip identity'],
  ['x-gzip', 'gzip identity'],
  ['GZIP', 'gzip identity'],
  ['gzip, deflate, br, zstd', 'br zstd gzip identity'],
  ['gzip,deflate,br', 'br gzip identity'],
  ['gzip;q=1.0, br;q=0.5', 'gzip br identity'],
  ['gzip ; q=0.2 , zstd;q=0.9', 'zstd gzip identity'],
  ['br;q=0, gzip', 'gzip identity'],
  ['gzip;q=0', 'identity'],
  ['*', 'br zstd gzip identity'],
  ['*;q=0.1, gzip', 'gzip br zstd identity'],
  ['*, br;q=0', 'zstd gzip identity'],
  ['identity', 'identity'],
  ['identity, gzip;q=0.5', 'identity gzip'],
  ['identity;q=0.5, gzip', 'gzip identity'],
  ['identity;q=1, *;q=0', 'identity'],
  ['gzip, identity;q=0', 'gzip'],
  ['gzip, *;q=0', 'gzip'],
  ['*;q=0', 'identity'],
  ['identity;q=0', 'identity'],
  ['gzip;q=2', 'identity'],
  ['gzip;q=nonsense', 'identity'],
  ['gzip;q=0.1234', 'identity'],
  ['gzip;level=9', 'identity'],
  ['deflate', 'identity'],
  ['gzipped', 'identity'],
  [`${'x,'.repeat(500)}gzip`, 'identity'],
])('Accept-Encoding: %s', (header, accepted) => {
  expect(negotiate(header).join(' ')).toBe(accepted)
  expect(negotiate(header).join(' ')).toBe(accepted)
})

test('a flood of spellings changes no answer', () => {
  for (let i = 0; i < 1000; i++) {
    expect(negotiate(`gzip;q=0.5, junk-${i}`).join(' ')).toBe('gzip identity')
  }
  expect(negotiate('br').join(' ')).toBe('br identity')
})
