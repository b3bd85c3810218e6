import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import type { Transform } from 'node:stream'
import type { Encoding } from './accept-encoding.ts'

/** A coding that makes bodies smaller. */
export type Compression = Exclude<Encoding, 'identity'>

/**
 * How much time the bytes are worth: `once` for what is made once and sent often, as cached pages; `publish` for what
 * lies in a release; `stream` for answers that are compressed while they are sent.
 */
export type Effort = 'once' | 'publish' | 'stream'

/** In `node:zlib` from Node.js 22.15 on, and not in the types of Node.js 20. */
const zstd = zlib as unknown as {
  readonly zstdCompress?: Buffered
  readonly createZstdCompress?: (options: object) => Transform
  readonly constants: { readonly ZSTD_c_compressionLevel: number; readonly ZSTD_e_flush: number }
}

type Buffered = (
  body: Uint8Array,
  options: object,
  done: (error: Error | null, result: Buffer) => void,
) => void

/** What this Node.js can make, the smallest first. */
export const COMPRESSIONS: readonly Compression[] =
  zstd.zstdCompress === undefined ? ['br', 'gzip'] : ['br', 'zstd', 'gzip']

/**
 * The order for answers that are compressed while they are sent: at the levels that are fast enough for it, brotli takes twice the time of gzip, and makes what is
 * shorter than 100 KB no smaller.
 */
export const STREAMED: readonly Compression[] = ['zstd', 'gzip', 'br']

const LEVELS: Record<Compression, Record<Effort, number>> = {
  br: { publish: 11, once: 6, stream: 4 },
  zstd: { publish: 19, once: 6, stream: 3 },
  gzip: { publish: 9, once: 6, stream: 6 },
}

/** Compresses a whole body in libuv's thread pool. */
export function compress(body: Uint8Array, to: Compression, effort: Effort): Promise<Buffer> {
  const options = optionsOf(to, effort, body.length)
  if (to === 'br') return promisify(zlib.brotliCompress as Buffered)(body, options)
  if (to === 'gzip') return promisify(zlib.gzip as Buffered)(body, options)
  if (zstd.zstdCompress === undefined) throw new TypeError('this Node.js has no zstd')
  return promisify(zstd.zstdCompress)(body, options)
}

/** A stream that compresses, and hands on at once what it has been given. Destroy it where its reader leaves. */
export function createCompressor(to: Compression): Transform & zlib.Zlib {
  const options = optionsOf(to, 'stream')
  if (to === 'br') return zlib.createBrotliCompress(options)
  if (to === 'gzip') return zlib.createGzip(options)
  if (zstd.createZstdCompress === undefined) throw new TypeError('this Node.js has no zstd')
  return zstd.createZstdCompress(options) as Transform & zlib.Zlib
}

/** What makes a compressor hand on what it holds. */
export function flushKind(to: Compression): number {
  if (to === 'gzip') return zlib.constants.Z_SYNC_FLUSH
  return to === 'br' ? zlib.constants.BROTLI_OPERATION_FLUSH : zstd.constants.ZSTD_e_flush
}

/** @param size bytes, where it is known */
function optionsOf(to: Compression, effort: Effort, size?: number): object {
  const level = LEVELS[to][effort]
  const { constants } = zlib
  if (to === 'gzip') return { level }
  if (to === 'zstd') return { params: { [zstd.constants.ZSTD_c_compressionLevel]: level } }
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: level,
    ...(size !== undefined && { [constants.BROTLI_PARAM_SIZE_HINT]: size }),
    // The window that a stream holds in memory: 256 KiB instead of 4 MiB.
    ...(effort === 'stream' && { [constants.BROTLI_PARAM_LGWIN]: 18 }),
  }
  return { params }
}

/** What pays, as `compressible` and mime-db have it: text, what is text by another name, and uncompressed binaries. */
const COMPRESSIBLE =
  /^(?:text\/|[a-z]+\/[\w.-]+\+(?:json|text|xml)$|application\/(?:ecmascript|graphql|javascript|json|json5|rtf|sql|toml|vnd\.ms-fontobject|wasm|x-javascript|x-ndjson|x-sh|x-www-form-urlencoded|xml|yaml)$|font\/(?:collection|otf|sfnt|ttf)$|image\/(?:bmp|vnd\.microsoft\.icon|x-icon)$)/
const MAX_REMEMBERED = 256
const remembered = new Map<string, boolean>()

/** Whether a body of this `Content-Type` gets smaller. */
export function isCompressible(contentType: string): boolean {
  let known = remembered.get(contentType)
  if (known === undefined) {
    const [type = ''] = contentType.slice(0, 128).split(';')
    known = COMPRESSIBLE.test(type.trim().toLowerCase())
    if (remembered.size >= MAX_REMEMBERED) remembered.clear()
    remembered.set(contentType, known)
  }
  return known
}
