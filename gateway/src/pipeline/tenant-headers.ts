import { GatewayResponse } from '../http/gateway-response.ts'
import type { Exchange } from './exchange.ts'

/** From here on, what is answered comes from the app: the tenant's config has the last word about its headers. */
export function applyTenantHeaders({ res, found }: Exchange): void {
  if (res instanceof GatewayResponse) res.headerRules = found?.rule.tenant.headerRules
}

/** An answer of the gateway's own carries none of them. */
export function dropTenantHeaders({ res }: Exchange): void {
  if (res instanceof GatewayResponse) res.headerRules = undefined
}
