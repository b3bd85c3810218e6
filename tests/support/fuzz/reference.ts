/** A request as the bytes mean it. */
export interface Meant {
  readonly method: string
  /** Origin-form. */
  readonly target: string
  /** Lower case, without a port. */
  readonly host: string
  readonly body: string
  /** All of its body is there. */
  readonly complete: boolean
}

/** Several spaces may stand where one should (RFC 9112 §3); Node.js also takes RTSP, which frames as HTTP does. */
// oxlint-disable no-control-regex
const REQUEST_LINE =
  /^(?=[^ ]+ +[^ ]+ +HTTP\/|(?:GET|OPTIONS|POST) +[^ ]+ +RTSP\/)([A-Z][A-Z-]*) +([^\u0000-\u0020\u007f]+) +[A-Z]{4}\/1\.([01])$/
const HEADER = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([^\r\n\u0000]*)$/
/** What no trailer may be. */
const FRAMES = /^(?:content[-_]length|transfer[-_]encoding|host)$/i
const ABSOLUTE = /^https?:\/\/([^/?#]*)([^#]*)$/i
const CHUNK_SIZE = /^[\da-f]{1,16}(?:;[^\r\n\u0000]*)?$/i
// oxlint-enable no-control-regex

/**
 * The requests that stand in the bytes as RFC 9112 reads them, at its strictest: the first thing that is not
 * exactly so ends them. An app may see no other request, no request twice and none in another order.
 */
export function readRequests(bytes: string): Meant[] {
  const meant: Meant[] = []
  for (let at = 0; ;) {
    while (bytes[at] === '\r' || bytes[at] === '\n') at++
    const end = bytes.indexOf('\r\n\r\n', at)
    if (end === -1) return meant
    const head = readHead(bytes.slice(at, end))
    if (head === undefined) return meant
    const body = readBody(bytes, end + 4, head)
    if (body === undefined) return meant
    const { method, target, host } = head
    meant.push({ method, target, host, body: body.text, complete: body.complete })
    if (!body.complete || isLast(head)) return meant
    at = body.end
  }
}

interface Head {
  readonly method: string
  readonly target: string
  readonly version: string
  readonly host: string
  readonly headers: ReadonlyMap<string, readonly string[]>
}

function readHead(text: string): Head | undefined {
  const [first = '', ...lines] = text.split('\r\n')
  const [, method, target, minor] = REQUEST_LINE.exec(first) ?? []
  const headers = readHeaders(lines)
  if (method === undefined || target === undefined || headers === undefined) return undefined
  const expectations = headers.get('expect') ?? []
  if (expectations.some((each) => each.toLowerCase() !== '100-continue')) return undefined
  const [host, ...others] = headers.get('host') ?? []
  if (host === undefined || others.length > 0) return undefined
  const named = target.startsWith('/') ? { host, target } : readAbsolute(target)
  if (named === undefined || named.target.includes('#')) return undefined
  if (plainHost(named.host) !== plainHost(host)) return undefined
  return {
    method,
    target: named.target,
    version: `1.${minor}`,
    host: plainHost(named.host),
    headers,
  }
}

function readHeaders(lines: readonly string[]): Map<string, string[]> | undefined {
  const headers = new Map<string, string[]>()
  for (const line of lines) {
    const [, name, value] = HEADER.exec(line) ?? []
    if (name === undefined || value === undefined) return undefined
    const lower = name.toLowerCase()
    headers.set(lower, [...(headers.get(lower) ?? []), value.replace(/[ \t]+$/, '')])
  }
  return headers
}

function readAbsolute(target: string): { host: string; target: string } | undefined {
  const [, host, rest] = ABSOLUTE.exec(target) ?? []
  if (host === undefined || rest === undefined) return undefined
  return { host, target: rest.startsWith('/') ? rest : `/${rest}` }
}

function plainHost(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')
}

function readBody(
  bytes: string,
  at: number,
  { headers, version }: Head,
): { text: string; complete: boolean; end: number } | undefined {
  const lengths = headers.get('content-length') ?? []
  const codings = headers.get('transfer-encoding') ?? []
  if (lengths.length + codings.length > 1) return undefined
  const [length] = lengths
  const [coding] = codings
  if (coding !== undefined) {
    const isKnown = coding.toLowerCase() === 'chunked' && version === '1.1'
    return isKnown ? readChunks(bytes, at) : undefined
  }
  if (length === undefined) return { text: '', complete: true, end: at }
  if (!/^\d{1,15}$/.test(length)) return undefined
  const end = at + Number(length)
  return { text: bytes.slice(at, end), complete: end <= bytes.length, end }
}

function readChunks(bytes: string, from: number): { text: string; complete: boolean; end: number } {
  let text = ''
  for (let at = from; ;) {
    const line = bytes.slice(at, bytes.indexOf('\r\n', at))
    if (bytes.indexOf('\r\n', at) === -1 || !CHUNK_SIZE.test(line)) break
    const start = at + line.length + 2
    const size = Number.parseInt(line, 16)
    if (size === 0) return { text, ...readTrailers(bytes, start) }
    text += bytes.slice(start, start + size)
    at = start + size + 2
    if (bytes.slice(start + size, at) !== '\r\n') break
  }
  return { text, complete: false, end: bytes.length }
}

function readTrailers(bytes: string, from: number): { complete: boolean; end: number } {
  for (let at = from; ;) {
    const end = bytes.indexOf('\r\n', at)
    if (end === -1) return { complete: false, end: bytes.length }
    if (end === at) return { complete: true, end: at + 2 }
    const [, name] = HEADER.exec(bytes.slice(at, end)) ?? []
    if (name === undefined || FRAMES.test(name)) return { complete: false, end: bytes.length }
    at = end + 2
  }
}

/** What comes behind an upgrade, a `Connection: close` or an HTTP/1.0 request is no request. */
function isLast({ method, version, headers }: Head): boolean {
  const written = (headers.get('connection') ?? []).join(',').toLowerCase().split(',')
  const tokens = new Set(written.map((token) => token.trim()))
  if (method === 'CONNECT' || tokens.has('close')) return true
  if (tokens.has('upgrade') && headers.has('upgrade')) return true
  return version === '1.0' && !tokens.has('keep-alive')
}
