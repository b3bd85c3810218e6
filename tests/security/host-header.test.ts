import { expect, test } from '@jest/globals'
import { sendRaw } from '../support/http.ts'
import { refusal, parseAnswer, sharedStub } from './support.ts'

// A request names exactly one host, spelled as a host; whatever else it says is refused, never guessed at.

const stub = sharedStub(
  (req, res) => res.end(JSON.stringify([req.headers['x-tenant-host'], req.headers.host])),
  {
    files: {
      'config/tenants/more.json': {
        app: 'acme',
        hosts: ['**.deep.test', '127.0.0.1', '[2001:db8::1]', 'a_b.test'],
      },
    },
  },
)

const LONGEST_LABEL = 'x'.repeat(63)
const LONGEST_HOST = `${'x'.repeat(58)}${`.${'y'.repeat(60)}`.repeat(3)}.z.deep.test`

test.each([
  ['acme.localhost', 'acme.localhost', ''],
  ['ACME.LocalHost', 'acme.localhost', ''],
  ['acme.localhost.', 'acme.localhost', ''],
  ['acme.localhost:8080', 'acme.localhost', ':8080'],
  ['ACME.localhost.:80', 'acme.localhost', ':80'],
  ['acme.localhost:00080', 'acme.localhost', ':80'],
  ['acme.localhost:0', 'acme.localhost', ':0'],
  ['acme.localhost:65535', 'acme.localhost', ':65535'],
  ['  acme.localhost  ', 'acme.localhost', ''],
  ['a_b.test', 'a_b.test', ''],
  ['-a-.acme.test', '-a-.acme.test', ''],
  ['xn--mnchen-3ya.acme.test', 'xn--mnchen-3ya.acme.test', ''],
  [`${LONGEST_LABEL}.acme.test`, `${LONGEST_LABEL}.acme.test`, ''],
  [LONGEST_HOST, LONGEST_HOST, ''],
  ['127.0.0.1', '127.0.0.1', ''],
  ['127.0.0.1:3000', '127.0.0.1', ':3000'],
  ['[2001:DB8::1]', '[2001:db8::1]', ''],
  ['[2001:db8:0:0:0:0:0:1]:443', '[2001:db8::1]', ':443'],
])('Host: %s arrives as %s%s', async (written, host, port) => {
  const answer = await sendRaw(
    stub.current.port,
    `GET / HTTP/1.1\r\nHost:${written}\r\nConnection: close\r\n\r\n`,
  )
  expect(parseAnswer(answer).status).toBe(200)
  expect(JSON.parse(parseAnswer(answer).body)).toEqual([host, `${host}${port}`])
})

const refused = [
  'Host: acme.localhost\r\nHost: acme.localhost\r\n',
  'Host: acme.localhost\r\nHost: globex.localhost\r\n',
  'Host: acme.localhost\r\nhost: acme.localhost\r\n',
  'HOST: acme.localhost\r\nX-Between: 1\r\nhOsT: globex.localhost\r\n',
  'Host: acme.localhost\r\nHost:\r\n',
  'Host:\r\nHost: acme.localhost\r\n',
  '',
  'Host:\r\n',
  'Host: \t \r\n',
  'X-Host: acme.localhost\r\n',
  ' Host: acme.localhost\r\n',
  'Host : acme.localhost\r\n',
  'Host\t: acme.localhost\r\n',
  'Host acme.localhost\r\n',
  'Host: acme.localhost\r\n .evil.example\r\n',
  'Host:\r\n acme.localhost\r\n',
  'Host: acme.localhost\r.evil.example\r\n',
  'Host: acme.localhost\nHost: globex.localhost\r\n',
  ...[
    // several in one value
    'acme.localhost,globex.localhost',
    'acme.localhost, acme.localhost',
    'acme.localhost;globex.localhost',
    'acme.localhost globex.localhost',
    // more than a host
    'user@acme.localhost',
    'user:pass@acme.localhost',
    'acme.localhost@evil.example',
    'evil.example#@acme.localhost',
    'http://acme.localhost',
    '//acme.localhost',
    'acme.localhost/',
    '/acme.localhost',
    'acme.localhost/../globex.localhost',
    'acme.localhost?x',
    'acme.localhost#x',
    'acme.localhost\\',
    '\\acme.localhost',
    // bytes that belong to no host
    'acme%2elocalhost',
    '%61cme.localhost',
    'acme.localhost%00',
    'acme.localhost%0d%0ax:y',
    'acme .localhost',
    'acme\t.localhost',
    'acme.localhost\u0000',
    'acme\u0000.localhost',
    'acme\u0001.localhost',
    'acme\u000b.localhost',
    'acme\u000c.localhost',
    'acme\u001f.localhost',
    'acme\u007f.localhost',
    'acm\u00e9.localhost',
    'acme.localhost\u00a0',
    'acme\u00ad.localhost',
    utf8('acmé.localhost'),
    utf8('ａcme.localhost'),
    utf8('acme。localhost'),
    utf8('\u212a.acme.test'),
    utf8('acme\u200b.localhost'),
    utf8('ſhop.acme.test'),
    '\u00ff\u00fe',
    '"acme.localhost"',
    "acme'.localhost",
    '<script>.acme.test',
    '${x}.acme.test',
    'a!.acme.test',
    'a~.acme.test',
    'a|b.acme.test',
    'a+b.acme.test',
    'a=b.acme.test',
    '(a).acme.test',
    '*.acme.test',
    '*',
    // labels and lengths
    '.',
    '..',
    '.acme.localhost',
    'acme..localhost',
    'acme.localhost..',
    `${'x'.repeat(64)}.acme.test`,
    `x${LONGEST_HOST}`,
    'x'.repeat(254),
    `${'x.'.repeat(2000)}acme.test`,
    // ports
    ':',
    ':80',
    'acme.localhost:',
    'acme.localhost:http',
    'acme.localhost:80:80',
    'acme.localhost:-1',
    'acme.localhost:+80',
    'acme.localhost:65536',
    'acme.localhost:000080',
    'acme.localhost:0x50',
    'acme.localhost:8.0',
    'acme.localhost:8 0',
    'acme.localhost: 80',
    'acme.localhost :80',
    'acme.localhost:80/',
    'acme.localhost:80@evil.example',
    'acme.localhost:\u0661',
    'acme.localhost:80.',
    // addresses
    '256.0.0.1',
    '127.1',
    '127.0.0.1.1',
    '127.0.0.01',
    '0127.0.0.1',
    '0x7f.0.0.1',
    '2130706433',
    'acme.1',
    '2001:db8::1',
    '::1',
    '[::1',
    '::1]',
    '[::1]x',
    '[::1].',
    '[::1].:80',
    '[::1]:',
    '[::1]:x',
    '[::1]80',
    '[::1]:80:80',
    '[]',
    '[::g]',
    '[1:2:3:4:5:6:7:8:9]',
    '[::1%25eth0]',
    '[::1%eth0]',
    '[127.0.0.1]',
    '[acme.localhost]',
    '[v1.x]',
    '[[::1]]',
    '[::1][::1]',
    'acme[::1].localhost',
  ].map((value) => `Host: ${value}\r\n`),
]

test.each(refused.map((line) => [JSON.stringify(line).slice(0, 80), line]))(
  '400, and closed: %s',
  async (_shown, line) => {
    expect(await refusal(stub.current, `GET /secret HTTP/1.1\r\n${line}\r\n`)).toMatchObject({
      status: 400,
    })
    expect(
      await refusal(
        stub.current,
        `GET /secret HTTP/1.1\r\n${line}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
      ),
    ).toMatchObject({ status: 400 })
  },
)

test.each([
  'GET / HTTP/1.0\r\n\r\n',
  'GET / HTTP/1.0\r\nHost: acme.localhost\r\nHost: acme.localhost\r\n\r\n',
  'GET http://acme.localhost/ HTTP/1.0\r\n\r\n',
])('HTTP/1.0 without one Host is no way around it: %j', async (bytes) => {
  expect(await refusal(stub.current, bytes)).toMatchObject({ status: 400 })
})

test('HTTP/1.0 with a Host is served', async () => {
  const answer = await sendRaw(stub.current.port, 'GET / HTTP/1.0\r\nHost: acme.localhost\r\n\r\n')
  expect(parseAnswer(answer).status).toBe(200)
})

/** The characters that stand for the UTF-8 bytes of the text, one for each. */
function utf8(text: string): string {
  return Buffer.from(text).toString('latin1')
}
