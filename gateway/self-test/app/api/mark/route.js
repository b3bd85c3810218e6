let asked = 0

export const dynamic = 'force-dynamic'

export function GET() {
  return new Response(`${process.env.MARK} ${++asked}`)
}
