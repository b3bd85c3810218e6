import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'
import type { Encoding } from './accept-encoding.ts'
import { parseCacheControl } from './cache-control.ts'
import { createCompressor, flushKind, isCompressible, type Compression } from './compress.ts'

/** How the body of an answer may be compressed while it is sent. */
export interface CompressionPlan {
  /** `identity` where the client wants nothing else: then the answer only says that it depends on that. */
  readonly to: Encoding
  /** Shorter bodies stay as they are, where their length is known. */
  readonly minBytes: number
}

/** As the last argument of `writeHead`. */
export type HeaderArgument = readonly unknown[] | OutgoingHttpHeaders | undefined

/** Nothing is touched; the answer depends on `Accept-Encoding`; it is compressed. */
export type Decision = 'compress' | 'nothing' | 'vary'

/** What a plan comes to where the body stays as it is. */
export const VARY_ONLY: CompressionPlan = { to: 'identity', minBytes: 0 }

/**
 * Whether a body is compressed. Not what is encoded already, a part, or what must not be transformed (RFC 9110 §7.7).
 * @param length of the whole body, where it is known and no header says it
 */
export function decide(
  plan: CompressionPlan,
  res: ServerResponse,
  status: number,
  headers: HeaderArgument,
  length: number | undefined,
): Decision {
  if (status < 200 || status === 204 || status === 206 || status === 304) return 'nothing'
  const type = valueOf('content-type', res, headers)
  if (type === undefined || !isCompressible(type)) return 'nothing'
  const coding = valueOf('content-encoding', res, headers)
  if (coding !== undefined && coding !== 'identity') return 'nothing'
  if (parseCacheControl(valueOf('cache-control', res, headers) ?? '').noTransform) return 'nothing'
  const said = valueOf('content-length', res, headers)
  const bytes = said === undefined ? length : Number(said)
  if (bytes !== undefined && (bytes < plan.minBytes || bytes === 0)) return 'nothing'
  return plan.to === 'identity' || res.req.method === 'HEAD' ? 'vary' : 'compress'
}

/** The headers of an answer that is compressed, or could have been; those that were set before are changed in place. */
export function compressedHeaders(
  to: Encoding | undefined,
  res: ServerResponse,
  headers: HeaderArgument,
): HeaderArgument {
  const changed: Record<string, string> = {}
  const vary = valueOf('vary', res, headers)
  if (!varies(vary)) changed['vary'] = vary ? `${vary}, Accept-Encoding` : 'Accept-Encoding'
  const gone = new Set<string>()
  if (to !== undefined) {
    changed['content-encoding'] = to
    const etag = valueOf('etag', res, headers)
    // Codings of one answer are the same for caches, but not byte for byte (RFC 9110 §8.8.1).
    if (etag !== undefined && !etag.startsWith('W/')) changed['etag'] = `W/${etag}`
    for (const name of ['content-length', 'accept-ranges']) gone.add(name)
  }
  if (headers === undefined) {
    for (const name of gone) res.removeHeader(name)
    for (const name in changed) res.setHeader(name, changed[name] as string)
    return undefined
  }
  for (const name of [...gone, ...Object.keys(changed)]) {
    gone.add(name)
    res.removeHeader(name)
  }
  if (isList(headers)) {
    const flat = flatten(headers)
    const list: unknown[] = []
    for (let i = 0; i < flat.length; i += 2) {
      if (!gone.has(String(flat[i]).toLowerCase())) list.push(flat[i], flat[i + 1])
    }
    for (const name in changed) list.push(name, changed[name])
    return list
  }
  const kept = Object.entries(headers).filter(([name]) => !gone.has(name.toLowerCase()))
  return Object.assign(Object.fromEntries(kept), changed) as OutgoingHttpHeaders
}

/** Several lines of one name are joined; only `vary` and `cache-control` come so. */
function valueOf(name: string, res: ServerResponse, headers: HeaderArgument): string | undefined {
  const found: string[] = []
  const list = isList(headers) ? flatten(headers) : Object.entries(headers ?? {}).flat()
  for (let i = 0; i < list.length; i += 2) {
    const key = list[i] as string
    if (key.length === name.length && key.toLowerCase() === name) found.push(textOf(list[i + 1]))
  }
  if (found.length > 0) return found.join(', ')
  const set = res.getHeader(name)
  return set === undefined ? undefined : textOf(set)
}

function isList(headers: HeaderArgument): headers is readonly unknown[] {
  return Array.isArray(headers)
}

/** Node.js takes a list of pairs as well. */
function flatten(headers: readonly unknown[]): readonly unknown[] {
  return Array.isArray(headers[0]) ? headers.flat() : headers
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : String(value)
}

function varies(vary: string | undefined): boolean {
  return vary !== undefined && /(?:^|[\s,])(?:\*|accept-encoding)(?:$|[\s,])/i.test(vary)
}

/** Where compressed bytes go. */
export interface CompressedSink {
  /** @returns false where the next bytes should wait for `resume` */
  write(chunk: Buffer): boolean
  end(): void
  /** More may be written into the compression. */
  drained(): void
  fail(): void
}

/** Compresses the body of one answer; what was written in one turn of the event loop goes out in the next at the latest. */
export class BodyCompression {
  readonly #stream: Transform & zlib.Zlib
  readonly #kind: number
  #flush: NodeJS.Immediate | undefined

  constructor(to: Compression, sink: CompressedSink) {
    const stream = createCompressor(to)
    this.#stream = stream
    this.#kind = flushKind(to)
    stream.on('data', (chunk: Buffer) => {
      if (!sink.write(chunk)) stream.pause()
    })
    stream.on('drain', () => sink.drained())
    stream.once('end', () => sink.end())
    stream.once('error', () => sink.fail())
  }

  /** @returns false where the next chunk should wait for `drained` */
  write(
    chunk: string | Uint8Array,
    encoding: BufferEncoding | undefined,
    done?: () => void,
  ): boolean {
    if (this.#stream.destroyed || this.#stream.writableEnded) return false
    this.#flush ??= setImmediate(() => {
      this.#flush = undefined
      if (!this.#stream.writableEnded && !this.#stream.destroyed) this.#stream.flush(this.#kind)
    })
    return this.#stream.write(chunk, encoding ?? 'utf8', done)
  }

  end(chunk: string | Uint8Array | undefined, encoding: BufferEncoding | undefined): void {
    clearImmediate(this.#flush)
    if (this.#stream.destroyed || this.#stream.writableEnded) return
    if (chunk === undefined) this.#stream.end()
    else this.#stream.end(chunk, encoding ?? 'utf8')
  }

  /** The sink takes more. */
  resume(): void {
    this.#stream.resume()
  }

  /** Frees the compression: nobody reads any more. */
  destroy(): void {
    clearImmediate(this.#flush)
    this.#stream.destroy()
  }
}
