import { expect, test } from '@jest/globals'
import { COMPRESSIONS, compress, isCompressible } from '../../gateway/src/http/compress.ts'
import { CODINGS } from '../support/codings.ts'

test.each([
  ['text/html; charset=utf-8', true],
  ['TEXT/CSS', true],
  ['text/x-component', true],
  ['text/event-stream', true],
  ['application/json', true],
  ['application/javascript; charset=UTF-8', true],
  ['application/ld+json', true],
  ['application/manifest+json', true],
  ['image/svg+xml', true],
  ['image/x-icon', true],
  ['application/wasm', true],
  ['font/ttf', true],
  ['font/woff2', false],
  ['image/png', false],
  ['video/mp4', false],
  ['application/zip', false],
  ['application/octet-stream', false],
  ['application/jsonx', false],
  ['', false],
])('%s', (type, compressible) => {
  expect(isCompressible(type)).toBe(compressible)
})

test('what is compressed is what comes out', async () => {
  const body = Buffer.from('a line of text\n'.repeat(500))
  expect(COMPRESSIONS.toSorted()).toEqual(Object.keys(CODINGS))
  for (const coding of COMPRESSIONS) {
    for (const effort of ['once', 'publish', 'stream'] as const) {
      expect(CODINGS[coding]?.decode(await compress(body, coding, effort))).toEqual(body)
    }
  }
})
