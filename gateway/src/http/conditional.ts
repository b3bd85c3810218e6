import type { IncomingHttpHeaders } from 'node:http'
import { parseHttpDate } from './date.ts'

/** What a client can hold against the representation that would be sent. */
export interface Validators {
  /** As it stands in `ETag`: `"x"`, or `W/"x"` where it is weak. */
  readonly etag?: string | undefined
  /** Milliseconds since the epoch; only the whole seconds count. */
  readonly lastModified?: number | undefined
}

/**
 * Evaluates the preconditions of a GET or HEAD, in the order of RFC 9110 §13.2.2; `If-Range` is asked apart.
 * @returns 200 where the representation is to be sent, 304 where the client has it, 412 where a precondition fails
 */
export function evaluatePreconditions(
  headers: IncomingHttpHeaders,
  validators: Validators,
): 200 | 304 | 412 {
  const ifMatch = headers['if-match']
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, validators.etag, false)) return 412
  } else if (headers['if-unmodified-since'] !== undefined) {
    if (isModifiedSince(headers['if-unmodified-since'], validators) === true) return 412
  }
  const ifNoneMatch = headers['if-none-match']
  if (ifNoneMatch !== undefined) return matches(ifNoneMatch, validators.etag, true) ? 304 : 200
  const since = headers['if-modified-since']
  return since !== undefined && isModifiedSince(since, validators) === false ? 304 : 200
}

/** Whether `Range` counts (RFC 9110 §13.1.5): a weak `ETag` never fits, a date only exactly. */
export function isRangeValid(
  ifRange: string | string[] | undefined,
  validators: Validators,
): boolean {
  if (ifRange === undefined) return true
  if (typeof ifRange !== 'string') return false
  if (ifRange.endsWith('"')) return !ifRange.startsWith('W/') && ifRange === validators.etag
  const date = parseHttpDate(ifRange)
  return date !== undefined && date === seconds(validators.lastModified)
}

const ENTITY_TAG = /[\t ]*(?:(W\/)?("[\x21\x23-\x7e\x80-\xff]*")[\t ]*)?(?:,|$)/y

/**
 * Whether a list of entity tags holds one (RFC 9110 §8.8.3.2).
 * @param weak compare weakly, as `If-None-Match` does; strongly otherwise, as `If-Match` does
 */
function matches(list: string, etag: string | undefined, weak: boolean): boolean {
  if (list === '*') return true
  if (etag === undefined || (!weak && etag.startsWith('W/'))) return false
  if (list === etag) return true
  const opaque = etag.startsWith('W/') ? etag.slice(2) : etag
  ENTITY_TAG.lastIndex = 0
  while (ENTITY_TAG.lastIndex < list.length) {
    const found = ENTITY_TAG.exec(list)
    if (found === null) return false
    if (found[2] === opaque && (weak || found[1] === undefined)) return true
  }
  return false
}

/** @returns undefined where one of the two is no date */
function isModifiedSince(date: string, { lastModified }: Validators): boolean | undefined {
  const since = parseHttpDate(date)
  const modified = seconds(lastModified)
  return since === undefined || modified === undefined ? undefined : modified > since
}

function seconds(time: number | undefined): number | undefined {
  return time === undefined ? undefined : Math.floor(time / 1000) * 1000
}
