import { parseHostHeader } from '../http/host.ts'
import type { HostTable } from './host-table.ts'

/** Where a URL goes, and why. */
export interface Resolution {
  /** Canonical host; undefined where it is malformed. */
  readonly host: string | undefined
  readonly tenant: string | undefined
  readonly app: string | undefined
  /** The rule that matched, as config writes it, or `default`. */
  readonly rule: string | undefined
  /** Rules that matched as well, and lost. */
  readonly beat: readonly string[]
  /** What the wildcard stood for. */
  readonly subdomain: string
  /** 200: the app answers. A redirect: see `location`. 400, 404, 503: the gateway answers. */
  readonly status: number
  readonly location: string | undefined
}

const URL_PARTS = /^(?:(https?):\/\/)?([^/?#]+)([/?][^#]*)?$/i

/**
 * Answers for a URL what the pipeline would do, without a request.
 * @param url `http://host[:port]/path`; the scheme may be left out
 * @returns undefined where the text is not such a URL
 */
export function resolveUrl(url: string, table: HostTable): Resolution | undefined {
  const [, scheme = 'http', authority, target = '/'] = URL_PARTS.exec(url) ?? []
  if (authority === undefined) return undefined
  const header = parseHostHeader(authority)
  if (header === undefined) return refusal(undefined, 400)
  const { host, port } = header
  const match = table.find(host)
  if (match === undefined) return refusal(host, 404)
  const { rule, subdomain } = match
  const { tenant, redirect } = rule
  const suspended = tenant.suspended !== 0
  const to = suspended ? undefined : redirect?.to
  const path = target.startsWith('/') ? target : `/${target}`
  return {
    host,
    tenant: tenant.id,
    app: tenant.app,
    rule: rule.text,
    beat: table
      .explain(host)
      .filter((other) => other !== rule)
      .map((other) => other.text),
    subdomain,
    status: suspended ? tenant.suspended : (redirect?.status ?? 200),
    location: to && `${scheme.toLowerCase()}://${to}${port === undefined ? '' : `:${port}`}${path}`,
  }
}

function refusal(host: string | undefined, status: number): Resolution {
  const none = { tenant: undefined, app: undefined, rule: undefined, location: undefined }
  return { ...none, host, beat: [], subdomain: '', status }
}
