/**
 * Whether a client rather reads HTML than JSON, from its `Accept` (RFC 9110 §12.5.1).
 * A client that names neither gets plain HTML only where it asks for it: programs get JSON.
 */
export function prefersHtml(accept: string | undefined): boolean {
  if (accept === undefined) return false
  return (
    quality(accept, 'text/html') > 0 &&
    quality(accept, 'text/html') >= quality(accept, 'application/json')
  )
}

/** The highest quality that the header gives the type by its exact name; 0 where it is not named. */
function quality(accept: string, type: string): number {
  let best = 0
  for (const part of accept.slice(0, 1024).split(',')) {
    const [name, ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase())
    if (name !== type) continue
    const q = parameters.find((parameter) => parameter.startsWith('q='))
    const value = q === undefined ? 1 : Number(q.slice(2))
    if (value > best) best = value
  }
  return best
}
