import type { TenantConfig } from '../config/config.ts'
import { compileHeaderRules, type HeaderRules } from '../http/header-rules.ts'

/** Who is served. Immutable; everything that a request needs of it is computed once, here. */
export interface Tenant {
  readonly id: string
  /** Id of the app that serves it. */
  readonly app: string
  /** 0: served. 404 or 503: the status of every answer. */
  readonly suspended: 0 | 404 | 503
  /** Value of `x-tenant-props`: the props as JSON in ASCII. */
  readonly propsHeader: string
  /** What becomes of the headers of its app's answers. */
  readonly headerRules: HeaderRules | undefined
  readonly webSockets: WebSocketOrigins
}

/** Which pages may open WebSockets besides those on the tenant's own hosts. */
export interface WebSocketOrigins {
  /** Origins as browsers write them; `*` stands for every one. */
  readonly origins: ReadonlySet<string>
  /** A handshake without an Origin is refused. */
  readonly requireOrigin: boolean
}

/** What holds for all tenants that do not say otherwise. */
export interface TenantDefaults {
  readonly removePoweredBy: boolean
}

const POWERED_BY = 'x-powered-by'
const NO_POWERED_BY = compileHeaderRules({ [POWERED_BY]: null })
const NO_ORIGINS: ReadonlySet<string> = new Set()

/** Makes the tenant that a checked config describes. */
export function createTenant(config: TenantConfig, all?: TenantDefaults): Tenant {
  const { origins, requireOrigin } = config.webSockets
  return {
    id: config.id,
    app: config.app,
    suspended: config.suspended,
    propsHeader: toAsciiJson(config.props),
    headerRules: headerRulesOf(config.headers, all?.removePoweredBy ?? false),
    webSockets: {
      origins: origins.length === 0 ? NO_ORIGINS : new Set(origins),
      requireOrigin,
    },
  }
}

/** Most tenants say nothing about headers: they share what holds for all. */
function headerRulesOf(
  headers: TenantConfig['headers'],
  removePoweredBy: boolean,
): HeaderRules | undefined {
  const names = Object.keys(headers)
  if (!removePoweredBy || names.some((name) => name.toLowerCase() === POWERED_BY)) {
    return compileHeaderRules(headers)
  }
  if (names.length === 0) return NO_POWERED_BY
  return compileHeaderRules({ ...headers, [POWERED_BY]: null })
}

/** A header value holds visible ASCII only (RFC 9110 §5.5), so that other characters are written as \u escapes. */
function toAsciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
