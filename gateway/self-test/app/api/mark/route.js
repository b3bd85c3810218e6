export const dynamic = 'force-dynamic'

/** Never the same twice, so that a cached answer is told from a new one. */
export function GET() {
  return new Response(`${process.env.MARK} ${crypto.randomUUID()}`)
}
