import { RequestError } from '../errors.ts'

/** What Node.js says of a request that its parser refuses. */
interface ParserError extends NodeJS.ErrnoException {
  readonly rawPacket?: Buffer
  /** How far of the packet the parser came. */
  readonly bytesParsed?: number
}

/** What a client is told whose request could not be read. */
export function unparsed(error: ParserError): RequestError {
  if (error.code === 'HPE_HEADER_OVERFLOW') {
    return isInTarget(error)
      ? new RequestError('URL_TOO_LONG', 414)
      : new RequestError('HEADERS_TOO_LARGE', 431)
  }
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return new RequestError('REQUEST_TIMEOUT', 408)
  return new RequestError('BAD_REQUEST', 400)
}

/** The packet begins as a request does, and its first line was too long already. */
function isInTarget({ rawPacket, bytesParsed }: ParserError): boolean {
  const read = rawPacket?.toString('latin1', 0, bytesParsed) ?? ''
  return /^[A-Z-]+ [^\r\n]*$/.test(read)
}
