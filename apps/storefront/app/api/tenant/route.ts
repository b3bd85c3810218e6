import { getTenant } from 'tenantry/next'
import type { ShopProps } from '@/lib/shop'

export async function GET(request: Request): Promise<Response> {
  return Response.json({ ...(await getTenant<ShopProps>()), url: request.url })
}
