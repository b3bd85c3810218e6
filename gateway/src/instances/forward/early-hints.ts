/** The elements of a list (RFC 9110 §5.6.1): commas in a URL or in a quoted string part nothing. */
const ELEMENT = /(?:[^,<"]|<[^>]*>?|"(?:[^"\\]|\\.)*"?)+/g
/**
 * A link whose parameters hold no space, which is what Node's `writeEarlyHints` takes. Its own pattern needs exponential time for
 * some of those that it refuses: it must be asked about none of them.
 */
const LINK = /^<[^>]*>(?:\s*;\s*[^\s;="]+(?:=(?:"[^\s;"]*"|[^\s;"]*))?)*$/

/** @param link value of the header `Link` (RFC 8288 §3) @returns the links that can be handed on as early hints */
export function hintsOf(link: string): string[] {
  const elements = link.match(ELEMENT) ?? []
  return elements.map((element) => element.trim()).filter((element) => LINK.test(element))
}
