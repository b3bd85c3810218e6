import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import type { Encoding } from '../http/accept-encoding.ts'
import { evaluatePreconditions, isRangeValid } from '../http/conditional.ts'
import { currentDate } from '../http/ready-head.ts'
import { contentRange, parseRange } from '../http/range.ts'
import { pathOf } from '../http/target.ts'
import type { FileBodies, FileBody } from '../releases/file-bodies.ts'
import { notModifiedHead, partHead, wholeHead, type FileMeta } from '../releases/file-heads.ts'
import type { FileIndex, StaticFile } from '../releases/files.ts'
import type { Exchange } from './exchange.ts'

/** What static files are answered from. */
export interface StaticFiles {
  readonly bodies: FileBodies
  /** Build files that only earlier releases of an app have. */
  oldFiles(app: string): FileIndex
}

/**
 * Answers with a file of the release that is served, without its app: `public/` and `/_next/static`, and what a page asks for that was
 * loaded before this release took over. Whatever is not exactly the path of a file that no rule of the app could apply to is for
 * Next.js, and so are other methods.
 * @returns whether the request is answered: the file is in memory
 */
export function serveStaticFile(exchange: Exchange, files: StaticFiles): boolean {
  const file = fileFor(exchange, files)
  if (file === undefined || !files.bodies.fits(file)) return false
  const body = files.bodies.get(appOf(exchange), file, codingOf(exchange, file))
  if (body === undefined) return false
  answer(exchange, file, body)
  return true
}

/**
 * The same from the disk.
 * @param proceed with the exchange where the file is not there any more
 * @returns whether the request will be answered
 */
export function streamStaticFile(
  exchange: Exchange,
  files: StaticFiles,
  proceed: (exchange: Exchange) => void,
): boolean {
  const file = fileFor(exchange, files)
  if (file === undefined) return false
  if (files.bodies.fits(file)) {
    const coding = codingOf(exchange, file)
    files.bodies.load(appOf(exchange), file, coding, exchange.site?.etags !== false).then(
      (loaded) => answer(exchange, file, loaded),
      () => proceed(exchange),
    )
  } else stream(exchange, file).catch(() => proceed(exchange))
  return true
}

function fileFor(exchange: Exchange, files: StaticFiles): StaticFile | undefined {
  const { req, site } = exchange
  if (site === undefined || exchange.upgrade !== undefined) return undefined
  if (req.method !== 'GET' && req.method !== 'HEAD') return undefined
  // An app with a deployment id marks each answer to its client (`lib/load-custom-routes.js`, `onMatchHeaders`).
  if (site.deploymentId !== undefined && req.headers['rsc'] !== undefined) return undefined
  const path = pathOf(req.url as string)
  return site.files.get(path) ?? findOld(path, appOf(exchange), files)
}

function appOf({ found }: Exchange): string {
  return found?.rule.tenant.app ?? ''
}

function codingOf(exchange: Exchange, file: StaticFile): Encoding {
  return file.isCompressible ? encodingOf(exchange) : 'identity'
}

function findOld(path: string, app: string, files: StaticFiles): StaticFile | undefined {
  return path.includes('/_next/static/') ? files.oldFiles(app).get(path) : undefined
}

/** Ranges count bytes of the file itself. */
function encodingOf({ req, encodings }: Exchange): Encoding {
  return req.headers.range === undefined ? (encodings[0] ?? 'identity') : 'identity'
}

function answer(exchange: Exchange, file: StaticFile, body: FileBody): void {
  const { req, res, isRefused } = exchange
  // A limit was exceeded, or the client has left, while it was read.
  if (isRefused || res.destroyed) return
  exchange.outcome.served = 'static'
  req.skipBody()
  const status = evaluatePreconditions(req.headers, body)
  if (status === 304) {
    writeHead(exchange, 304, body.notModified)
    res.end()
  } else if (status === 412) refuse(exchange, 412)
  else if (req.headers.range !== undefined && req.method === 'GET') {
    answerRange(exchange, file, body)
  } else {
    const own = `x-request-id: ${exchange.id}\r\n${currentDate()}`
    if (!res.writeReady(200, 'OK', body.lines + own)) writeHead(exchange, 200, body.head)
    if (req.method === 'HEAD') res.end()
    else res.end(body.body)
  }
}

function answerRange(exchange: Exchange, file: StaticFile, body: FileBody): void {
  const { headers } = exchange.req
  const isValid = isRangeValid(headers['if-range'], body)
  const range = isValid ? parseRange(headers.range, file.size) : 'whole'
  if (range === 'unsatisfiable') refuse(exchange, 416, file.size)
  else if (range === 'whole') {
    writeHead(exchange, 200, body.head)
    exchange.res.end(body.body)
  } else {
    const meta = metaOf(file, body.etag, 'identity', file.size)
    writeHead(exchange, 206, partHead(meta, range))
    exchange.res.end(body.body.subarray(range.start, range.end + 1))
  }
}

/** Answers from the disk, with back-pressure. @throws where the file is not there as it was, and nothing was written */
async function stream(exchange: Exchange, file: StaticFile): Promise<void> {
  const { req, res, site } = exchange
  const encoding = publishedIn(exchange, file)
  const compressed = encoding === 'identity' ? undefined : file.compressed[encoding]
  const { file: path, size } = compressed ?? file
  const etag = site?.etags === false ? undefined : tagOf(file, encoding)
  const meta = metaOf(file, etag, encoding, size)
  const validators = { etag, lastModified: file.modified }
  const status = evaluatePreconditions(req.headers, validators)
  if (status !== 200) {
    exchange.outcome.served = 'static'
    if (status === 412) return refuse(exchange, 412)
    writeHead(exchange, 304, notModifiedHead(meta))
    return void res.end()
  }
  const isRanged = req.method === 'GET' && isRangeValid(req.headers['if-range'], validators)
  const range = isRanged ? parseRange(req.headers.range, size) : 'whole'
  const handle = await open(path)
  try {
    if ((await handle.stat()).size !== size) throw new Error(`${path} was changed`)
    if (exchange.isRefused || res.destroyed) return await handle.close()
    exchange.outcome.served = 'static'
    if (range === 'unsatisfiable') refuse(exchange, 416, size)
    else if (range === 'whole') writeHead(exchange, 200, wholeHead(meta))
    else writeHead(exchange, 206, partHead(meta, range))
    if (req.method === 'HEAD') res.end()
  } catch (error) {
    await handle.close()
    throw error
  }
  if (res.writableEnded) return handle.close()
  // Closes the handle at the end, and where the client leaves.
  pipeline(
    handle.createReadStream(range === 'whole' ? {} : { ...(range as object) }),
    res,
    () => {},
  )
}

/** The best coding that was made when the release was published: large files are not compressed for a request. */
function publishedIn({ req, encodings }: Exchange, { compressed }: StaticFile): Encoding {
  if (req.headers.range !== undefined) return 'identity'
  const made = encodings.find((each) => each === 'identity' || compressed[each] !== undefined)
  return made ?? 'identity'
}

/** Large files are not read for it. */
function tagOf({ size, modified }: StaticFile, encoding: Encoding): string {
  const tag = `${size.toString(16)}-${modified.toString(16)}`
  return `"${encoding === 'identity' ? tag : `${tag}-${encoding}`}"`
}

function metaOf(
  { cacheControl, isCompressible, modified, size, type }: StaticFile,
  etag: string | undefined,
  encoding: Encoding,
  length: number,
): FileMeta {
  return { cacheControl, isCompressible, modified, size, type, etag, encoding, length }
}

/** @param size of the file, where no range of it fits */
function refuse(exchange: Exchange, status: 412 | 416, size?: number): void {
  const range = size === undefined ? [] : ['content-range', contentRange(undefined, size)]
  writeHead(exchange, status, ['content-length', '0', ...range, 'x-request-id', ''])
  exchange.res.end()
}

/** The list is written to the socket in this tick: the id of one request is never seen by another. */
function writeHead({ res, id }: Exchange, status: number, head: string[]): void {
  head[head.length - 1] = id
  res.writeHead(status, head)
}
