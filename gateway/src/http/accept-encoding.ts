/** Codings that the gateway makes; `identity` is none. */
export type Encoding = 'br' | 'gzip' | 'identity' | 'zstd'

/** The codings that a client accepts of those that are offered, the best first; `identity` where nothing else is left. */
export type Negotiate = (acceptEncoding: string | undefined) => readonly Encoding[]

/** What a client accepts that says nothing. */
export const IDENTITY: readonly Encoding[] = ['identity']
/** Header strings that are remembered; the browsers of the world send about a dozen. */
const MAX_REMEMBERED = 256
/** Longer ones are read each time, and no further than this. */
const MAX_LENGTH = 256

/**
 * Reads `Accept-Encoding` (RFC 9110 §12.5.3). The client's weights decide, then the order of what is offered; `identity` comes
 * last where the client does not name it. A client that accepts nothing is given `identity`, as the RFC advises.
 * @param offered codings besides `identity`, the best first
 */
export function createNegotiation(offered: readonly Encoding[]): Negotiate {
  const remembered = new Map<string, readonly Encoding[]>()
  return (header) => {
    if (header === undefined) return IDENTITY
    const known = remembered.get(header)
    if (known !== undefined) return known
    const accepted = read(header.slice(0, MAX_LENGTH), offered)
    if (header.length <= MAX_LENGTH) {
      // A flood of spellings costs the next clients one reading each.
      if (remembered.size >= MAX_REMEMBERED) remembered.clear()
      remembered.set(header, accepted)
    }
    return accepted
  }
}

function read(header: string, offered: readonly Encoding[]): readonly Encoding[] {
  const weights = weightsOf(header)
  const others = weights.get('*')
  const ranked = offered
    .map((encoding) => ({ encoding, weight: weights.get(encoding) ?? others ?? 0 }))
    .filter(({ weight }) => weight > 0)
  const identity = weights.get('identity')
  if (identity !== undefined) ranked.push({ encoding: 'identity', weight: identity })
  else if (others !== 0) ranked.push({ encoding: 'identity', weight: Number.MIN_VALUE })
  const accepted = ranked
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ encoding }) => encoding)
  return accepted.length === 0 ? IDENTITY : accepted
}

const WEIGHT = /^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/

/** The weight of each coding that is named; one whose weight is malformed is left out. */
function weightsOf(header: string): Map<string, number> {
  const weights = new Map<string, number>()
  for (const part of header.toLowerCase().split(',')) {
    const [name = '', parameter] = part.split(';').map((piece) => piece.trim())
    const weight = parameter === undefined ? '1' : WEIGHT.exec(parameter)?.[1]
    if (name === '' || weight === undefined) continue
    weights.set(name === 'x-gzip' ? 'gzip' : name, Number(weight))
  }
  return weights
}
