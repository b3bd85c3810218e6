import type { Random } from './random.ts'
import { BAD_HOSTS, FRAMING, HEADERS, HOSTS, METHODS, TARGETS, VERSIONS } from './words.ts'

/** How many ways the app behind has to answer: `?b=` chooses one. */
const BEHAVIOURS = 17

/** A request that is as it should be. @param name stands in its target, so that it can be told from all others */
export function plainRequest(random: Random, name: string, last: boolean): string {
  const method = random.pick(['GET', 'GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'])
  const head = `${method} /${name}?b=${random.below(6)} HTTP/1.1\r\nHost: ${random.pick(HOSTS.slice(0, 5))}\r\n`
  const lines = last ? 'Connection: close\r\n' : ''
  if (method === 'GET') return `${head}${lines}\r\n`
  const body = smuggled(random, name)
  return random.chance(50)
    ? `${head}${lines}Content-Length: ${body.length}\r\n\r\n${body}`
    : `${head}${lines}Transfer-Encoding: chunked\r\n\r\n${chunked(random, body)}`
}

/** A request in which some parts are not as they should be. */
export function oddRequest(random: Random, name: string): string {
  const body = random.chance(40) ? bodyOf(random, name) : ''
  const lines = [
    ...hostLines(random),
    ...framingOf(random, body),
    ...some(random, 4, HEADERS),
    ...(random.chance(25) ? some(random, 3, FRAMING) : []),
  ]
  if (random.chance(30)) lines.reverse()
  const end = random.chance(96) ? '\r\n' : random.pick(['\n', '\r', '\r\r\n', '\n\r', ''])
  const head = lines.map((line) => line + end).join('')
  return `${requestLine(random, name)}${end}${head}${random.chance(97) ? '\r\n' : '\n'}${body}`
}

/** A handshake, with anything behind it. */
export function upgrade(random: Random, name: string): string {
  const lines = [
    ...hostLines(random),
    random.pick(['Connection: Upgrade', 'Connection: keep-alive, Upgrade', 'Connection: close']),
    random.pick(['Upgrade: websocket', 'Upgrade: WebSocket', 'Upgrade: h2c', 'Upgrade: a, b']),
    ...some(random, 1, ['Origin: http://evil.test', 'Origin: null']),
    ...(random.chance(80) ? ['Sec-WebSocket-Version: 13'] : ['Sec-WebSocket-Version: 0']),
    ...(random.chance(80) ? ['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='] : []),
    ...(random.chance(10) ? some(random, 2, FRAMING) : []),
  ]
  const method = random.chance(90) ? 'GET' : random.pick(METHODS)
  const head = `${method} /${name}?b=${random.below(BEHAVIOURS)} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`
  return head + frames(random) + (random.chance(20) ? smuggled(random, name) : '')
}

/** A request as it would look if the body that it stands in were taken for requests. */
function smuggled(random: Random, name: string): string {
  return `GET /smuggled-${name} HTTP/1.1\r\nHost: ${random.pick(HOSTS)}\r\nX-Tenant-Id: globex\r\n\r\n`
}

function requestLine(random: Random, name: string): string {
  const method = random.chance(92) ? random.pick(METHODS.slice(0, 11)) : random.pick(METHODS)
  const version = random.chance(93) ? 'HTTP/1.1' : random.pick(VERSIONS)
  const space = random.chance(98) ? ' ' : random.pick(['  ', '\t', ''])
  return `${method}${space}${targetOf(random, name)}${space}${version}`
}

function targetOf(random: Random, name: string): string {
  if (random.chance(12)) return random.pick(TARGETS)
  const path = `/${name}?b=${random.below(BEHAVIOURS)}`
  return random.chance(8) ? `http://${random.pick(HOSTS)}${path}` : path
}

function hostLines(random: Random): string[] {
  if (random.chance(3)) return []
  if (random.chance(4)) return [`Host: ${random.pick(BAD_HOSTS)}`]
  if (random.chance(3)) return [`Host: h${random.below(100_000)}.acme.test`]
  if (random.chance(3)) return [`Host: h${random.below(100_000)}.test`]
  const line = `Host: ${random.pick(HOSTS)}`
  return random.chance(97) ? [line] : [line, `hOsT: ${random.pick(HOSTS)}`]
}

function framingOf(random: Random, body: string): string[] {
  if (body === '') return []
  const isChunked = /^[\da-f]+\r\n/.test(body)
  if (random.chance(85)) {
    return [isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`]
  }
  const wrong = Math.max(0, body.length + random.below(40) - 20)
  return random.chance(50) ? [`Content-Length: ${wrong}`] : some(random, 2, FRAMING)
}

function bodyOf(random: Random, name: string): string {
  const body = random.chance(60) ? smuggled(random, name) : random.bytes(random.below(300))
  return random.chance(50) ? body : chunked(random, body)
}

/** The body in chunks, sometimes with something in between that should not be there. */
function chunked(random: Random, body: string): string {
  let text = ''
  for (let at = 0; at < body.length;) {
    const piece = body.slice(at, at + 1 + random.below(60))
    text += `${piece.length.toString(16)}\r\n${piece}\r\n`
    at += piece.length
  }
  return `${text}0\r\n\r\n`
}

function frames(random: Random): string {
  if (random.chance(40)) return ''
  return random.chance(50)
    ? `\u0081\u0085\u0001\u0002\u0003\u0004${random.bytes(5)}`.repeat(1 + random.below(20))
    : random.bytes(random.below(400))
}

function some(random: Random, most: number, list: readonly string[]): string[] {
  return Array.from({ length: random.below(most + 1) }, () => random.pick(list))
}
