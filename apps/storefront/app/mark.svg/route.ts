import { paletteOf } from '@/lib/look'
import { getShop } from '@/lib/shop'

/** The shop's icon: its first letter on its accent. */
export async function GET(): Promise<Response> {
  const { host, name, accent, look } = await getShop()
  const radius = { sharp: 0, soft: 12, round: 32 }[look.corners]
  const letter = /[\p{L}\p{N}]/u.exec(name)?.[0].toUpperCase() ?? ''
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="${radius}" fill="${accent}"/><text x="32" y="45" font-family="sans-serif" font-weight="700" font-size="38" text-anchor="middle" fill="${paletteOf(host, accent, look.ground)['--on-accent']}">${letter}</text></svg>`
  return new Response(svg, { headers: { 'content-type': 'image/svg+xml' } })
}
