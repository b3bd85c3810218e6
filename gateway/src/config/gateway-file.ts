import type { ConfigDocument } from './document.ts'
import type { ReadValue } from './parsed-file.ts'
import type { GatewayFile } from './schema.ts'

/** Finds what does not go together in gateway.yaml. */
export function readGateway(value: GatewayFile, document: ConfigDocument): ReadValue<GatewayFile> {
  if (!value.listen.proxyProtocol || namesProxies(document.value)) return { value, findings: [] }
  const message =
    'every connection would be closed, as no proxy is trusted: name the proxies in trustedProxies'
  return { value, findings: [{ path: ['listen', 'proxyProtocol'], where: 'value', message }] }
}

/** Those that were refused count: they have issues of their own. */
function namesProxies(file: unknown): boolean {
  const { trustedProxies: written = [] } = file as { readonly trustedProxies?: unknown }
  return !Array.isArray(written) || written.length > 0
}
