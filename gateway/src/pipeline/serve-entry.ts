import {
  AGE,
  CACHE_STATUS,
  recode,
  REQUEST_ID,
  type Entry,
  type Representation,
} from '../cache/entry.ts'
import type { ResponseCache } from '../cache/response-cache.ts'
import type { Encoding } from '../http/accept-encoding.ts'
import { compress, type Compression } from '../http/compress.ts'
import { evaluatePreconditions, isRangeValid, type Validators } from '../http/conditional.ts'
import { aboutBody } from '../http/header-list.ts'
import { serializeHead } from '../http/ready-head.ts'
import { contentRange, parseRange } from '../http/range.ts'
import type { Exchange } from './exchange.ts'

/** Bytes of a body that is compressed while its client waits: a few milliseconds. */
const MAX_WAIT_BYTES = 262_144

/**
 * Answers from an entry: whole, in part, or with 304, in a coding that the client takes.
 * @param cacheStatus what `Cache-Status` says of it (RFC 9211)
 */
export function serveEntry(
  exchange: Exchange,
  cache: ResponseCache,
  entry: Entry,
  cacheStatus: string,
): void {
  const { req, res, startedAt } = exchange
  const { headers } = req
  exchange.outcome.served = 'cache'
  res.compression = undefined
  req.skipBody()
  const shown = entry.isCompressible ? choose(entry, exchange.encodings, cache) : entry.identity
  if (shown instanceof Promise) {
    void serveLater(shown, exchange, cache, entry, cacheStatus)
    return
  }
  const isPlain =
    headers['if-none-match'] === undefined &&
    headers['if-modified-since'] === undefined &&
    headers.range === undefined
  const age = Math.max(0, Math.floor((startedAt - entry.bornAt) / 1000))
  const own = `Tenantry; ${cacheStatus}; ttl=${Math.floor((entry.freshUntil - startedAt) / 1000)}`
  // The cache that is nearest to the client comes last (RFC 9211 §2).
  const status = entry.cacheStatus === undefined ? own : `${entry.cacheStatus}, ${own}`
  if (!isPlain || !writeReady(exchange, entry, shown, age, status)) {
    const { head } = shown
    head[AGE] = String(age)
    head[REQUEST_ID] = exchange.id
    head[CACHE_STATUS] = status
    if (!isPlain && entry.status === 200 && answerPartly(exchange, entry, shown)) return
    res.writeHead(entry.status, entry.statusMessage, head)
  }
  if (req.method === 'HEAD') res.end()
  else res.end(shown.body)
}

function writeReady(
  { res, id }: Exchange,
  entry: Entry,
  shown: Representation,
  age: number,
  cacheStatus: string,
): boolean {
  if (entry.status !== 200) return false
  shown.lines ??= serializeHead(shown.head.slice(CACHE_STATUS + 1), entry.statusMessage)
  const own = `age: ${age}\r\nx-request-id: ${id}\r\ncache-status: ${cacheStatus}\r\n`
  return res.writeReady(200, entry.statusMessage, own + shown.lines)
}

/** The coding is being made. */
async function serveLater(
  isMade: Promise<void>,
  ...[exchange, cache, entry, cacheStatus]: Parameters<typeof serveEntry>
): Promise<void> {
  await isMade
  const { res } = exchange
  if (!res.destroyed && !res.headersSent) serveEntry(exchange, cache, entry, cacheStatus)
}

/** @returns whether it is answered: with 304, a part, or 416 */
function answerPartly(exchange: Exchange, entry: Entry, shown: Representation): boolean {
  const { req, res } = exchange
  const { 'if-none-match': noneMatch, 'if-modified-since': since } = req.headers
  const validators = { etag: shown.etag, lastModified: entry.lastModified }
  const asked = { 'if-none-match': noneMatch, 'if-modified-since': since }
  if (evaluatePreconditions(asked, validators) === 304) {
    shown.notModifiedHead ??= withoutBody(shown.head)
    for (const place of [AGE, REQUEST_ID, CACHE_STATUS]) {
      shown.notModifiedHead[place] = shown.head[place] as string
    }
    res.writeHead(304, shown.notModifiedHead)
    res.end()
    return true
  }
  return req.method === 'GET' && answerRange(exchange, entry, validators, shown)
}

/** Ranges are of the bytes as they are stored, so that they are the same for every client. */
function answerRange(
  { req, res }: Exchange,
  { identity: { body } }: Entry,
  validators: Validators,
  shown: Representation,
): boolean {
  if (shown.coding !== 'identity') return false
  if (!isRangeValid(req.headers['if-range'], validators)) return false
  const range = parseRange(req.headers.range, body.length)
  if (range === 'whole') return false
  const isGiven = range !== 'unsatisfiable'
  const part = isGiven ? body.subarray(range.start, range.end + 1) : undefined
  const head = isGiven ? shown.head.slice() : withoutBody(shown.head)
  const length = String(part?.length ?? 0)
  const place = head.indexOf('content-length')
  if (place === -1) head.push('content-length', length)
  else head[place + 1] = length
  head.push('content-range', contentRange(isGiven ? range : undefined, body.length))
  res.writeHead(isGiven ? 206 : 416, head)
  res.end(part)
  return true
}

/** Without what describes a body (RFC 9110 §15.4.5). */
function withoutBody(head: readonly string[]): string[] {
  return head.filter((_, i, all) => !aboutBody(all[i - (i % 2)] as string))
}

/** The best coding that is there, or is there in a moment; of a large one, identity until then. */
function choose(
  entry: Entry,
  encodings: readonly Encoding[],
  cache: ResponseCache,
): Representation | Promise<void> {
  for (const coding of encodings) {
    if (coding === 'identity') return entry.identity
    let coded = entry.coded.get(coding)
    if (coded === undefined) {
      coded = encode(entry, coding, cache)
      entry.coded.set(coding, coded)
    }
    const isMissing = coded instanceof Promise && entry.identity.body.length > MAX_WAIT_BYTES
    if (coded !== 'useless' && !isMissing) return coded
  }
  return entry.identity
}

/** Once for each entry: those who come at the same time wait for it. */
async function encode(entry: Entry, coding: Compression, cache: ResponseCache): Promise<void> {
  const { body } = entry.identity
  const coded = await compress(body, coding, 'once').catch(() => body)
  if (coded.length < body.length) cache.storeCoding(entry, recode(entry, coding, coded))
  else entry.coded.set(coding, 'useless')
}
