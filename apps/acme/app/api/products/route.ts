import { products } from '@/lib/products'

export const dynamic = 'force-static'

export function GET(): Response {
  return Response.json({ currency: 'GBP', products })
}
