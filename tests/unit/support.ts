import type { HostRule, TenantConfig } from '../../gateway/src/config/config.ts'
import { parseHostPattern } from '../../gateway/src/config/host-pattern.ts'

type Redirect = NonNullable<HostRule['redirect']>

/** A tenant as a config would give it; a host may be `alias → host`. */
export function tenantOf(
  id: string,
  hosts: readonly string[],
  more: Partial<TenantConfig> = {},
): TenantConfig {
  const file = `config/tenants/${id}.yaml`
  const none = { props: {}, headers: {}, webSocketOrigins: [] }
  return { id, app: id, ...none, suspended: 0, cache: {}, file, ...more, hosts: hosts.map(ruleOf) }
}

function ruleOf(text: string): HostRule {
  const [host = '', to] = text.split(' → ')
  const pattern = parseHostPattern(host)
  if (typeof pattern === 'string') throw new TypeError(pattern)
  const redirect: Redirect | undefined = to === undefined ? undefined : { to, status: 308 }
  return { pattern, line: 1, ...(redirect && { redirect }) }
}

/** The same things in another order, which a seed decides. */
export function shuffled<T>(things: readonly T[], seed: number): T[] {
  const left = [...things]
  const taken: T[] = []
  let state = seed + 1
  while (left.length > 0) {
    state = (state * 48_271) % 2_147_483_647
    taken.push(...left.splice(state % left.length, 1))
  }
  return taken
}
