import { pathOf } from '../../http/target.ts'

/** What is taken off the front of a path, and what is put there, then. */
export interface PathOptions {
  readonly strip?: string | undefined
  readonly add?: string | undefined
}

const CLIMBS = /(?:[/\\]|%2f|%5c)(?:\.|%2e){2}(?=$|[/\\;]|%2f|%5c|%3b)/i

/**
 * Whether the target could read a path as leading out of what is put in front of it: a segment `..`, however it is
 * written.
 */
export function climbsOut(url: string): boolean {
  return url.includes('..') || url.includes('%') ? CLIMBS.test(pathOf(url)) : false
}

/** The target's path for a visitor's, query included; undefined where nothing is to be changed. */
export function toTargetPath({ strip, add }: PathOptions): ((url: string) => string) | undefined {
  if (strip === undefined && add === undefined) return undefined
  return (url) => {
    const rest = strip !== undefined && isBelow(url, strip) ? url.slice(strip.length) : url
    const path = rest.startsWith('/') ? rest : `/${rest}`
    return add === undefined ? path : add + path
  }
}

/** The visitor's path for a target's, query included; the same where no visitor's path leads there. */
export function toPublicPath({ strip = '', add = '' }: PathOptions, url: string): string {
  if (!isBelow(url, add)) return url
  const rest = url.slice(add.length)
  return strip + (rest.startsWith('/') || strip !== '' ? rest : `/${rest}`)
}

function isBelow(url: string, prefix: string): boolean {
  return url.startsWith(prefix) && (prefix === '' || /^(?:[/?#]|$)/.test(url.slice(prefix.length)))
}
