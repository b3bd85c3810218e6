/** Bytes of a representation, both ends included. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

const SINGLE = /^bytes=[\t ]*(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))[\t ]*$/i

/**
 * Reads `Range` (RFC 9110 §14.2). Of several ranges none is given: the whole is sent, as the RFC allows, because answers
 * of many parts are used for little else than attacks. One that is malformed cannot be satisfied, as `send` in Next.js has it.
 * @param size bytes of the whole
 * @returns `whole` where the header is to be ignored; `unsatisfiable` for 416
 */
export function parseRange(
  header: string | undefined,
  size: number,
): ByteRange | 'whole' | 'unsatisfiable' {
  if (header === undefined || !isBytes(header) || header.includes(',')) return 'whole'
  const [, first = '', last = '', suffix] = SINGLE.exec(header) ?? []
  if (suffix !== undefined) {
    const length = Math.min(Number(suffix), size)
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 }
  }
  if (first === '') return 'unsatisfiable'
  const start = Number(first)
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  return start > end ? 'unsatisfiable' : { start, end }
}

/** `Content-Range` of a part (206), or of none (416) (RFC 9110 §14.4). */
export function contentRange(range: ByteRange | undefined, size: number): string {
  return `bytes ${range === undefined ? '*' : `${range.start}-${range.end}`}/${size}`
}

function isBytes(header: string): boolean {
  return header.slice(0, 6).toLowerCase() === 'bytes='
}
