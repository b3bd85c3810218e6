import { NextResponse, type NextRequest } from 'next/server'

export function proxy(request: NextRequest): NextResponse {
  const response =
    request.nextUrl.pathname === '/shop'
      ? NextResponse.redirect(new URL('/products', request.url))
      : NextResponse.next()
  response.headers.set('x-acme-proxy', 'outfitters')
  return response
}

export const config = {
  matcher: ['/shop', '/products/:slug', '/cart', '/checkout/:path*', '/api/:path*'],
}
