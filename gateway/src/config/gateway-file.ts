import type { ReadValue } from './parsed-file.ts'
import type { GatewayFile } from './schema.ts'
import type { Finding } from './validate.ts'

/** Finds what only gateway.yaml has to do with. */
export function readGateway(value: GatewayFile): ReadValue<GatewayFile> {
  const findings: Finding[] = []
  if (value.listen.proxyProtocol && value.trustedProxies.length === 0) {
    const message = 'nobody could connect: name the proxies that send the header in trustedProxies'
    findings.push({ path: ['listen', 'proxyProtocol'], where: 'value', message })
  }
  return { value, findings }
}
