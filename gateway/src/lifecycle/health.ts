import { randomUUID } from 'node:crypto'
import type { AppConfig, TenantConfig } from '../config/config.ts'
import type { Probe } from '../instances/probe.ts'
import { createTenant } from '../tenants/tenant.ts'

/** The request that a new instance must answer: the health path, as a visitor of one of the app's tenants asks for it. */
export function healthProbe(app: AppConfig, tenants: readonly TenantConfig[]): Probe | undefined {
  const { path = false, timeout } = app.health
  const tenant = tenants.find((each) => each.app === app.id && each.suspended === 0)
  const rule = tenant?.hosts.find(({ redirect }) => redirect === undefined)
  if (path === false || tenant === undefined || rule === undefined) return undefined
  // Any label fits a wildcard.
  const host = rule.pattern.text.replace(/^\*+/, 'health')
  return {
    path,
    timeout,
    headers: {
      host,
      'user-agent': 'tenantry-health',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': host,
      'x-forwarded-port': '80',
      'x-forwarded-proto': 'http',
      'x-request-id': randomUUID(),
      'x-tenant-id': tenant.id,
      'x-tenant-host': host,
      'x-tenant-props': createTenant(tenant).propsHeader,
      ...(host !== rule.pattern.text && { 'x-tenant-subdomain': 'health' }),
    },
  }
}
