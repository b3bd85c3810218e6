import type { ConfigDocument } from './document.ts'
import type { ReadValue } from './parsed-file.ts'
import type { GatewayFile } from './schema.ts'

/** Finds what does not go together in gateway.yaml. */
export function readGateway(value: GatewayFile, _document: ConfigDocument): ReadValue<GatewayFile> {
  if (!value.listen.proxyProtocol || value.trustedProxies.length > 0) return { value, findings: [] }
  const message =
    'every connection would be closed, as no proxy is trusted: name the proxies in trustedProxies'
  return {
    value,
    findings: [{ path: ['listen', 'proxyProtocol'], where: 'value', message }],
  }
}
