import { expect, test } from '@jest/globals'
import { responseHeaders } from '../../gateway/src/http/response-headers.ts'

const ID = ['x-request-id', 'id-1']

test.each<[what: string, raw: string[], kept: string[]]>([
  ['no headers', [], []],
  ['order and spelling are kept', ['B', '1', 'a', '2', 'B', '3'], ['B', '1', 'a', '2', 'B', '3']],
  [
    'several cookies stay several',
    ['Set-Cookie', 'a', 'set-cookie', 'b'],
    ['Set-Cookie', 'a', 'set-cookie', 'b'],
  ],
  [
    'headers of the connection go',
    [
      'Connection',
      'keep-alive',
      'Keep-Alive',
      'timeout=5',
      'Transfer-Encoding',
      'chunked',
      'Trailer',
      'x',
      'TE',
      'x',
      'Upgrade',
      'h2c',
      'Proxy-Authenticate',
      'x',
      'Proxy-Connection',
      'x',
      'A',
      '1',
    ],
    ['A', '1'],
  ],
  [
    'what Connection names goes',
    ['X-Hop', '1', 'Connection', 'close, x-hop', 'A', '1'],
    ['A', '1'],
  ],
  [
    'of several Connection headers too',
    ['Connection', 'X-A', 'connection', ' x-b ,x-c', 'x-a', '1', 'x-b', '1', 'x-c', '1'],
    [],
  ],
  [
    'close and keep-alive name no header',
    ['Connection', 'close, keep-alive', 'Close', '1'],
    ['Close', '1'],
  ],
  ["the app's own request id goes", ['X-Request-Id', 'mine', 'x-request-id', 'too'], []],
  [
    'framing and caching stay',
    ['Content-Length', '5', 'ETag', '"x"', 'Vary', 'rsc'],
    ['Content-Length', '5', 'ETag', '"x"', 'Vary', 'rsc'],
  ],
  [
    'values are not touched',
    ['Link', '</a>; rel=preload, </b>'],
    ['Link', '</a>; rel=preload, </b>'],
  ],
])('%s', (_what, raw, kept) => {
  expect(responseHeaders(raw, 'id-1')).toEqual([...kept, ...ID])
})
