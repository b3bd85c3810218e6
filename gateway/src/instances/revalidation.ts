import { decodeTags } from '../http/internal-headers.ts'

/** What an app has revalidated; everything where it names nothing. */
export interface Revalidation {
  /** Cache tags of Next.js; those of paths begin with `_N_T_`. */
  readonly tags?: readonly string[]
  readonly paths?: readonly string[]
  /** Next.js made something newer by itself: what is stored is outdated, what is being asked for now is not. */
  readonly isRenewal?: boolean
}

/** Reads what a child says, which its app's code could say as well: what is malformed stands for everything. */
export function toRevalidation({ tags, isRenewal }: Revalidation): Revalidation {
  const isList = Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')
  return isList ? { tags, isRenewal: isRenewal === true } : {}
}

/** @param list value of the header `REVALIDATED` */
export function readAnnounced(list: string): Revalidation {
  const tags = decodeTags(list)
  return tags === undefined ? {} : { tags }
}
