/** What says where a message ends. */
export interface Framing {
  readonly httpVersion: string
  readonly headers: {
    readonly 'content-length'?: string | undefined
    readonly 'transfer-encoding'?: string | undefined
  }
}

/**
 * Whether every reader sees the end of this request or answer in the same place: HTTP/1.0 has no transfer codings and
 * HTTP/1.1 only `chunked` (RFC 9112 §6.1), and no length begins with a zero, which some take for octal. The parser has refused
 * whatever is malformed by itself; it takes a line without a version for HTTP/0.9, and an answer of HTTP/2.0.
 */
export function isKnownFraming({ httpVersion, headers }: Framing): boolean {
  const length = headers['content-length']
  if (length !== undefined && length.length > 1 && length.startsWith('0')) return false
  const coding = headers['transfer-encoding']
  if (httpVersion === '1.0') return coding === undefined
  return httpVersion === '1.1' && (coding === undefined || coding.toLowerCase() === 'chunked')
}
