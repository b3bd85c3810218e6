import { tenantFromHeaders } from 'tenantry/next'

export function GET(request: Request): Response {
  return Response.json({ ok: true, url: request.url, tenant: tenantId(request.headers) })
}

function tenantId(headers: Headers): string | null {
  return headers.has('x-tenant-id') ? tenantFromHeaders(headers).id : null
}
