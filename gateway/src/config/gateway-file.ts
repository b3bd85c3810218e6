import type { ConfigDocument, Path } from './document.ts'
import type { Limits, OwnLimits } from './limits-schema.ts'
import type { ReadValue } from './parsed-file.ts'
import type { GatewayFile } from './schema.ts'
import type { Finding } from './validate.ts'

/** Finds what only `gateway.yaml` itself has to do with. */
export function readGateway(value: GatewayFile, document: ConfigDocument): ReadValue<GatewayFile> {
  const { limits, listen } = value
  const written = (document.value as { limits?: WrittenLimits } | null)?.limits
  const findings = unreachable(written?.tenant ?? {}, ['limits', 'tenant'], limits, listen)
  const { connections, connectionsPerClient } = limits
  if (written?.connectionsPerClient !== undefined && connectionsPerClient > connections) {
    const path = ['limits', 'connectionsPerClient']
    findings.push(above(path, connectionsPerClient, 'limits.connections', connections))
  }
  if (listen.proxyProtocol && value.trustedProxies.length === 0) {
    const message = 'nobody could connect: name the proxies that send the header in trustedProxies'
    findings.push({ path: ['listen', 'proxyProtocol'], where: 'value', message })
  }
  return { value, findings }
}

/**
 * Finds limits of a tenant that can never be reached, as the whole gateway has a lower one.
 * @param own only what is written; what comes from defaults is no mistake of anybody
 * @param place of it in its file
 */
export function unreachable(
  own: OwnLimits,
  place: Path,
  whole: Limits,
  listen: GatewayFile['listen'],
): Finding[] {
  const bounds = [
    ['requests', 'limits.requests', whole.requests],
    ['upgrades', 'limits.upgrades', whole.upgrades],
    ['url', 'listen.maxHeaderSize', listen.maxHeaderSize],
  ] as const
  return bounds.flatMap(([key, name, bound]) => {
    const value = own[key]
    return value !== undefined && value > bound ? above([...place, key], value, name, bound) : []
  })
}

type WrittenLimits = Partial<Pick<Limits, 'connectionsPerClient'>> & { readonly tenant?: OwnLimits }

function above(path: Path, value: number, name: string, bound: number): Finding {
  const message = `${value} can never be reached, as ${name} of the gateway is ${bound}: write ${bound} or less, or raise that`
  return { path, where: 'value', message }
}
