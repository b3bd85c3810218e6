import type { TenantConfig } from '../config/config.ts'
import { headerPolicy, type HeaderPolicy } from '../http/answer-headers.ts'
import { DEFAULT_LIMITS, type TenantLimits } from '../config/limits-schema.ts'

/** Who is served. Immutable; everything that a request needs of it is computed once, here. */
export interface Tenant {
  readonly id: string
  /** Id of the app that serves it. */
  readonly app: string
  /** 0: served. 404 or 503: the status of every answer. */
  readonly suspended: 0 | 404 | 503
  /** What is cached for it; false: nothing. */
  readonly cache: TenantConfig['cache']
  /** Value of `x-tenant-props`: the props as JSON in ASCII. */
  readonly propsHeader: string
  /** What config puts into its answers. */
  readonly answerHeaders: HeaderPolicy | undefined
  /** Origins whose WebSockets are taken, beside those of its hosts. */
  readonly webSocketOrigins: ReadonlySet<string>
  readonly limits: TenantLimits
  /** Members of a JSON object: what the access log says of it. */
  readonly logged: string
}

/** What the gateway's config gives every tenant. */
export interface TenantDefaults {
  readonly headers?: TenantConfig['headers']
  readonly limits?: TenantLimits
}

/**
 * Makes the tenant that a checked config describes.
 * @param gateway what it gives tenants that set none of their own
 */
export function createTenant(config: TenantConfig, gateway: TenantDefaults = {}): Tenant {
  const { headers = {}, limits = DEFAULT_LIMITS.tenant } = gateway
  return {
    id: config.id,
    app: config.app,
    suspended: config.suspended,
    cache: config.cache,
    propsHeader: toAsciiJson(config.props),
    logged: `"tenant":${JSON.stringify(config.id)},"app":${JSON.stringify(config.app)}`,
    answerHeaders: headerPolicy(headers, config.headers),
    webSocketOrigins: new Set(config.webSocketOrigins),
    limits: { ...limits, ...config.limits },
  }
}

/** A header value holds visible ASCII only (RFC 9110 §5.5), so that other characters are written as \u escapes. */
function toAsciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
