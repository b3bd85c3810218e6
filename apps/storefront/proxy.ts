import { NextResponse, type NextRequest } from 'next/server'
import { tenantFromHeaders } from 'tenantry/next'

export function proxy(request: NextRequest): NextResponse {
  const response = NextResponse.next()
  if (request.headers.has('x-tenant-id')) {
    response.headers.set('x-storefront-tenant', tenantFromHeaders(request.headers).id)
  }
  return response
}

export const config = {
  matcher: '/((?!_next/|images/).*)',
}
