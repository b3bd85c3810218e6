import type { HostRule, TenantConfig } from '../config/config.ts'
import { createTenant, type Tenant, type TenantDefaults } from './tenant.ts'

/** A redirect from an alias to a tenant's canonical host. */
type HostRedirect = NonNullable<HostRule['redirect']>

/** One rule of the table: a host pattern, or the default, and the tenant behind it. */
export interface Rule {
  readonly kind: 'exact' | 'one' | 'many' | 'default'
  /** As in config: `acme.localhost`, `*.shops.localhost`, or `default`. */
  readonly text: string
  readonly tenant: Tenant
  readonly redirect: HostRedirect | undefined
}

/** The rule that a host matched, and the labels that its wildcard stood for (`blog.eu`), empty for an exact host. */
export interface RuleMatch {
  readonly rule: Rule
  readonly subdomain: string
}

interface WildcardRules {
  one?: Rule
  many?: Rule
}

/**
 * All host rules of one config. Built whole, never changed.
 * Precedence: exact, then the longest matching wildcard (`*.` before `**.` for one suffix), then the default.
 */
export class HostTable {
  readonly tenants: ReadonlyMap<string, Tenant>
  readonly #exact = new Map<string, Rule>()
  readonly #wildcards = new Map<string, WildcardRules>()
  readonly #default: Rule | undefined

  constructor(tenants: readonly TenantConfig[], defaultTenant?: string, all?: TenantDefaults) {
    const byId = new Map<string, Tenant>()
    for (const config of tenants) {
      const tenant = createTenant(config, all)
      byId.set(tenant.id, tenant)
      for (const host of config.hosts) this.#add(tenant, host)
    }
    this.tenants = byId
    const fallback = defaultTenant === undefined ? undefined : byId.get(defaultTenant)
    this.#default = fallback && {
      kind: 'default',
      text: 'default',
      tenant: fallback,
      redirect: undefined,
    }
  }

  /** @param host canonical host, as `parseHostHeader` gives it */
  find(host: string): RuleMatch | undefined {
    const exact = this.#exact.get(host)
    if (exact !== undefined) return { rule: exact, subdomain: '' }
    const wildcard = this.#wildcards.size === 0 ? undefined : this.#findWildcard(host)
    if (wildcard !== undefined) return wildcard
    return this.#default && { rule: this.#default, subdomain: '' }
  }

  /** Every rule that the host matches, the winner first. For people who ask why. */
  explain(host: string): Rule[] {
    const rules: (Rule | undefined)[] = [this.#exact.get(host)]
    for (const [dot, rule] of this.#suffixes(host)) {
      if (dot === host.indexOf('.')) rules.push(rule.one)
      rules.push(rule.many)
    }
    rules.push(this.#default)
    return rules.filter((rule) => rule !== undefined)
  }

  /** Every rule, in the order of precedence. */
  rules(): Rule[] {
    const wildcards = [...this.#wildcards].toSorted(([a], [b]) => b.length - a.length)
    const ordered = wildcards.flatMap(([, { one, many }]) => [one, many])
    return [...this.#exact.values(), ...ordered, this.#default].filter((rule) => rule !== undefined)
  }

  #add(tenant: Tenant, { pattern, redirect }: HostRule): void {
    const rule: Rule = { kind: pattern.kind, text: pattern.text, tenant, redirect }
    if (pattern.kind === 'exact') {
      this.#exact.set(pattern.host, rule)
      return
    }
    const rules = this.#wildcards.get(pattern.host) ?? {}
    rules[pattern.kind] = rule
    this.#wildcards.set(pattern.host, rules)
  }

  #findWildcard(host: string): RuleMatch | undefined {
    const first = host.indexOf('.')
    for (const [dot, rules] of this.#suffixes(host)) {
      const rule = dot === first ? (rules.one ?? rules.many) : rules.many
      if (rule !== undefined) return { rule, subdomain: host.slice(0, dot) }
    }
    return undefined
  }

  /** The wildcard suffixes that the host ends in, longest first, each with the place of its dot. */
  *#suffixes(host: string): Generator<[number, WildcardRules]> {
    if (host.startsWith('[')) return
    for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
      const rules = this.#wildcards.get(host.slice(dot + 1))
      if (rules !== undefined) yield [dot, rules]
    }
  }
}
