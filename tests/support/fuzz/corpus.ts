/** Openings that came from other protocols, and attacks that are known by name. */

const INNER = 'GET /smuggled HTTP/1.1\r\nHost: globex.localhost\r\nX-Tenant-Id: globex\r\n\r\n'
const ACME = 'Host: acme.localhost\r\n'
const CHUNKED = `POST /first HTTP/1.1\r\n${ACME}Transfer-Encoding: chunked\r\n\r\n`

function post(lines: string, body: string): string {
  return `POST /first HTTP/1.1\r\n${ACME}${lines}\r\n\r\n${body}`
}

export const CORPUS: readonly string[] = [
  // Other protocols.
  '\u0016\u0003\u0001\u0000\u00f8\u0001\u0000\u0000\u00f4\u0003\u0003'.padEnd(250, '\u0042'),
  '\u0080\u002e\u0001\u0000\u0002',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u0000\u0000\u0000\u0004\u0000\u0000\u0000\u0000\u0000',
  `PROXY TCP4 203.0.113.9 127.0.0.1 1 2\r\n${INNER}`,
  'PROXY UNKNOWN\r\n',
  `\r\n\r\n\u0000\r\nQUIT\n\u0021\u0011\u0000\u000c\u00cb\u0000\u0071\u0009\u007f\u0000\u0000\u0001\u0000\u0001\u0000\u0002${INNER}`,
  'SSH-2.0-OpenSSH_9.2\r\n',
  'EHLO evil.test\r\n',
  '*1\r\n$4\r\nPING\r\n',
  '\u0005\u0001\u0000',
  'GET mail.test\r\n',
  // CL.TE, TE.CL, TE.TE, CL.0, 0.CL.
  post('Content-Length: 4\r\nTransfer-Encoding: chunked', `5c\r\n${INNER}0\r\n\r\n`),
  post(`Content-Length: ${INNER.length + 5}\r\nTransfer-Encoding: chunked`, `0\r\n\r\n${INNER}`),
  post('Transfer-Encoding: chunked\r\nTransfer-Encoding: cow', `0\r\n\r\n${INNER}`),
  post('Transfer-Encoding: chunked\r\nTransfer-encoding: identity', `0\r\n\r\n${INNER}`),
  post(`Content-Length: ${INNER.length}`, INNER),
  `GET /first HTTP/1.1\r\n${ACME}Content-Length: ${INNER.length}\r\n\r\n${INNER}`,
  `HEAD /first HTTP/1.1\r\n${ACME}Content-Length: ${INNER.length}\r\n\r\n${INNER}`,
  post('Expect: 100-continue\r\nContent-Length: 4', INNER),
  post(' Content-Length: 5', INNER),
  post('Content-Length: 0\r\nContent-Length: 5', INNER),
  post('Content-Length\u0000: 5', INNER),
  `POST /first HTTP/1.0\r\n${ACME}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${INNER}`,
  // Chunks: extensions that end at a bare LF or CR, sizes that overflow, ends that lie.
  `${CHUNKED}2;\nxx\r\n4c\r\n0\r\n\r\n${INNER}`,
  `${CHUNKED}2;\rxx\r\n0\r\n\r\n${INNER}`,
  `${CHUNKED}2;a="\r\n"\r\nxx\r\n0\r\n\r\n${INNER}`,
  `${CHUNKED}2\nxx\r\n0\r\n\r\n${INNER}`,
  `${CHUNKED}2\r\nxxyy0\r\n\r\n${INNER}`,
  `${CHUNKED}2\r\nxx\n0\r\n\r\n${INNER}`,
  `${CHUNKED}10000000000000002\r\nxx\r\n0\r\n\r\n${INNER}`,
  `${CHUNKED}0x2\r\nxx\r\n0\r\n\r\n${INNER}`,
  `${CHUNKED}-1\r\n\r\n0\r\n\r\n${INNER}`,
  `${CHUNKED}0\r\nX: y\n\r\n\r\n${INNER}`,
  `${CHUNKED}0\r\nContent-Length: 75\r\nHost: globex.localhost\r\nX-Tenant-Id: globex\r\n\r\n${INNER}`,
  `${CHUNKED}${'1;a=b\r\nx\r\n'.repeat(200)}0\r\n\r\n${INNER}`,
  `${CHUNKED}1;${'e'.repeat(17_000)}\r\nx\r\n0\r\n\r\n${INNER}`,
  `${CHUNKED}0\r\n${'T: x\r\n'.repeat(3000)}\r\n${INNER}`,
  // Upgrades that carry more than they should.
  `GET /first HTTP/1.1\r\n${ACME}Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: ${INNER.length}\r\n\r\n${INNER}`,
  `GET /first HTTP/1.1\r\n${ACME}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n${INNER}`,
  `CONNECT globex.localhost:443 HTTP/1.1\r\n${ACME}\r\n${INNER}`,
  `GET /first HTTP/1.1\r\n${ACME}Connection: close\r\n\r\n${INNER}`,
  `GET /first HTTP/1.1\r\n${ACME}Connection: close, keep-alive\r\n\r\n${INNER}`,
  // Heads.
  '\r\n'.repeat(2000),
  `GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(1500)}\r\n`,
  `GET / HTTP/1.1\r\n${ACME}${'a: b\r\n'.repeat(995)}Content-Length: 75\r\n\r\n${INNER}`,
  `GET / HTTP/1.1\r\n${ACME}${ACME}\r\n`,
  'GET / HTTP/1.1\r\n\r\n',
  `${INNER}\r\n`.repeat(150),
]
