import type { Encoding } from '../http/accept-encoding.ts'
import { contentRange, type ByteRange } from '../http/range.ts'
import type { StaticFile } from './files.ts'

/** What the heads of a file's answers are made of. */
export interface FileMeta extends Pick<
  StaticFile,
  'cacheControl' | 'isCompressible' | 'modified' | 'size' | 'type'
> {
  readonly etag: string | undefined
  readonly encoding: Encoding
  /** Bytes of the body in this coding. */
  readonly length: number
}

/** The head of the whole file: name, value, name, value; the last place is for the request's id. */
export function wholeHead(meta: FileMeta): string[] {
  const { type, length, encoding } = meta
  return [
    'content-type',
    type,
    'content-length',
    String(length),
    ...(encoding === 'identity' ? [] : ['content-encoding', encoding]),
    ...notModifiedHead(meta),
  ]
}

/** The head of a part of it. */
export function partHead(meta: FileMeta, range: ByteRange): string[] {
  const { type, size } = meta
  const length = String(range.end - range.start + 1)
  const part = ['content-type', type, 'content-length', length]
  return [...part, 'content-range', contentRange(range, size), ...notModifiedHead(meta)]
}

/** The head of a 304, and what all answers of a file have in common (RFC 9110 §15.4.5). */
export function notModifiedHead(meta: FileMeta): string[] {
  const { cacheControl, etag, isCompressible, modified } = meta
  return [
    'cache-control',
    cacheControl,
    'accept-ranges',
    'bytes',
    'last-modified',
    new Date(modified).toUTCString(),
    ...(etag === undefined ? [] : ['etag', etag]),
    ...(isCompressible ? ['vary', 'Accept-Encoding'] : []),
    'x-request-id',
    '',
  ]
}
