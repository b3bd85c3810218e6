import { cookies } from 'next/headers'
import { cartCookie, itemCount, parseCart } from '@/lib/cart'

export async function GET(): Promise<Response> {
  const cart = parseCart((await cookies()).get(cartCookie)?.value)
  return Response.json({ count: itemCount(cart) }, { headers: { 'cache-control': 'no-store' } })
}
