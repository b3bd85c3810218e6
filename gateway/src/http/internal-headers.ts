/** Headers between the gateway and the instances of apps. None of them comes from a client or reaches one. */
export const INTERNAL = 'x-tenantry-'

/** Of a request, `1`: the gateway may keep the answer, and asks what it is made from. */
export const FILL = 'x-tenantry-fill'
/**
 * Of the answer to such a request: the cache tags of what it is made from, as `encodeTags` writes them, or `EVERYTHING` for too many.
 * None: nobody knows what it is made from.
 */
export const TAGS = 'x-tenantry-tags'
/** And how old that is, in seconds with decimals. None: not known. */
export const AGE = 'x-tenantry-age'
/** Of an answer whose request revalidated something: the tags, as `encodeTags` writes them, or `EVERYTHING`. */
export const REVALIDATED = 'x-tenantry-revalidated'

/** Of any answer, `off`: an app's own word that it is not for the cache, whatever else it says. */
export const OPT_OUT = 'x-tenantry-cache'

/** Stands for all tags of an app. */
export const EVERYTHING = '*'

/** Characters of a list: Node.js takes 16 KiB for the head of an answer, and the app's own headers need most of that. */
const MAX_LENGTH = 4096

/** @returns the tags with commas between; undefined where they are too long for a header */
export function encodeTags(tags: Iterable<string>): string | undefined {
  let list = ''
  for (const tag of tags) {
    list += `${list === '' ? '' : ','}${encode(tag)}`
    if (list.length > MAX_LENGTH) return undefined
  }
  return list
}

/** @returns undefined where the list stands for everything */
export function decodeTags(list: string): string[] | undefined {
  const tags = list.split(',')
  return tags.includes(EVERYTHING) ? undefined : tags.map(decode)
}

/** A lone surrogate, which cannot be encoded, is replaced as UTF-8 does it. */
function encode(tag: string): string {
  return encodeURIComponent(Buffer.from(tag).toString()).replaceAll(EVERYTHING, '%2A')
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
