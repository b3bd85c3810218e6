import type { ConfigDocument, Path } from './document.ts'
import type { Limits, OwnLimits } from './limits-schema.ts'
import type { ReadValue } from './parsed-file.ts'
import type { GatewayFile } from './schema.ts'
import type { Finding } from './validate.ts'

/** Finds what only `gateway.yaml` itself has to do with. */
export function readGateway(value: GatewayFile, document: ConfigDocument): ReadValue<GatewayFile> {
  const { limits, listen } = value
  const written = (document.value as Written | null)?.limits
  const tenant = pick(limits.tenant, written?.tenant)
  const findings = unreachable(tenant, ['limits', 'tenant'], limits, listen)
  const own = pick(limits, written)
  for (const key of ['connections', 'requests'] as const) {
    const share = own[`${key}PerClient`] ?? 0
    const path = ['limits', `${key}PerClient`]
    if (share > limits[key]) findings.push(above(path, share, `limits.${key}`, limits[key]))
  }
  if (listen.proxyProtocol && value.trustedProxies.length === 0) {
    const message = 'nobody could connect: name the proxies that send the header in trustedProxies'
    findings.push({ path: ['listen', 'proxyProtocol'], where: 'value', message })
  }
  return { value, findings }
}

/**
 * Finds limits of a tenant that can never be reached, as the whole gateway has a lower one.
 * @param own what is written; a default that is too high is nobody's mistake
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
  const found = bounds.flatMap(([key, name, bound]) => {
    const value = own[key]
    return value !== undefined && value > bound ? above([...place, key], value, name, bound) : []
  })
  return [...unreachableRate(own.rate, place, whole.rate), ...found]
}

function unreachableRate(
  own: OwnLimits['rate'] = false,
  place: Path,
  whole: Limits['rate'],
): Finding[] {
  if (own === false || whole === false) return []
  const { perSecond, burst = 2 * perSecond } = whole
  const bounds = { perSecond, burst } as const
  return (['perSecond', 'burst'] as const).flatMap((key) => {
    const value = own[key] ?? 0
    const path = [...place, 'rate', key]
    return value > bounds[key] ? above(path, value, `limits.rate.${key}`, bounds[key]) : []
  })
}

/** A document as it was written, before its schema has seen it. */
interface Written {
  readonly limits?: { readonly tenant?: unknown } | null
}

function pick<T extends object>(value: T, written: unknown): Partial<T> {
  if (typeof written !== 'object' || written === null) return {}
  const entries = Object.entries(value).filter(([key]) => key in written)
  return Object.fromEntries(entries) as Partial<T>
}

function above(path: Path, value: number, name: string, bound: number): Finding {
  const message = `${value} can never be reached, as ${name} of the gateway is ${bound}: write ${bound} or less, or raise that`
  return { path, where: 'value', message }
}
