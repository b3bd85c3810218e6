import type { IncomingHttpHeaders } from 'node:http'
import { isUntrusted } from '../http/request-headers.ts'

/** By these Next.js tells HTML from RSC, prefetches and segments (`client/components/app-router-headers.js`). */
const NEXT_NAMES = [
  'rsc',
  'next-router-state-tree',
  'next-router-prefetch',
  'next-router-segment-prefetch',
  'next-url',
  'x-nextjs-data',
]

/** More fields than this, and hardly a second request would be the same. */
const MAX_NAMES = 24

/** Each request has another one. */
const UNIQUE = new Set(['x-forwarded-for', 'forwarded', 'x-request-id'])

/**
 * The fields that an answer depends on, in lower case and in one order: what `Vary` says, and for Next.js what it always depends
 * on. Left out is what the gateway asks for or sets itself, which is part of the key, or the same for all.
 * @returns undefined where no other request can be the same
 */
export function varyNames(
  field: string | undefined,
  status: number,
  isNext: boolean,
): readonly string[] | undefined {
  const names = new Set(isNext ? NEXT_NAMES : [])
  // Next.js answers a script that is not there shorter than a page.
  if (isNext && status === 404) names.add('sec-fetch-dest')
  for (const part of (field ?? '').split(',')) {
    const name = part.trim().toLowerCase()
    if (name === '*' || UNIQUE.has(name)) return undefined
    if (name !== '' && name !== 'accept-encoding' && name !== 'host' && !isUntrusted(name))
      names.add(name)
  }
  return names.size > MAX_NAMES ? undefined : [...names].toSorted()
}

/**
 * The values of the fields as one text; a field that is missing is not one that is empty.
 * @param headers of a request whose `Connection` names none of them
 */
export function variantKey(names: readonly string[], headers: IncomingHttpHeaders): string {
  let key = ''
  for (const name of names) {
    const value = headers[name]
    key += value === undefined ? '\n' : `\n=${String(value)}`
  }
  return key
}
