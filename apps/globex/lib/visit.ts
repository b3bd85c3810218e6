import type { IncomingHttpHeaders } from 'node:http'
import { tenantFromHeaders } from 'tenantry/next'

export interface Visit {
  readonly tenant: string | null
  readonly host: string | null
  readonly acceptedLanguages: string | null
  readonly browser: string | null
}

export function visitOf(headers: IncomingHttpHeaders): Visit {
  const tenant = 'x-tenant-id' in headers ? tenantFromHeaders(headers) : undefined
  return {
    tenant: tenant?.id ?? null,
    host: tenant?.host ?? headers.host ?? null,
    acceptedLanguages: headers['accept-language'] ?? null,
    browser: headers['user-agent'] ?? null,
  }
}
