import type { HostRule, TenantConfig } from './config.ts'
import type { ConfigDocument, Path } from './document.ts'
import { list, quote } from './explain.ts'
import { deepFreeze } from './freeze.ts'
import { parseHostPattern, type HostPattern } from './host-pattern.ts'
import type { OwnLimits } from './limits-schema.ts'
import type { ReadValue } from './parsed-file.ts'
import { MAX_PROPS_BYTES, type TenantFile } from './schema.ts'
import type { SourceFile } from './source.ts'
import type { Finding } from './validate.ts'

type Entries = TenantFile['hosts']

/** A tenant as its own file gives it, to be checked against the others. */
export interface TenantDraft {
  readonly tenant: TenantConfig
  /** For each of the tenant's hosts, its index in the file's list, where some may be refused. */
  readonly indexes: readonly number[]
}

/** Makes a tenant of its file; finds what only this file has to do with. The tenant is frozen. */
export function readTenant(
  value: TenantFile,
  document: ConfigDocument,
  source: SourceFile,
): ReadValue<TenantDraft> {
  const findings: Finding[] = []
  const rules = readHosts(value.hosts, document, findings)
  const tenant: TenantConfig = {
    id: source.stem,
    app: value.app ?? source.stem,
    hosts: rules.map(({ rule }) => rule),
    props: value.props,
    headers: value.headers,
    webSocketOrigins: value.webSockets.origins,
    suspended: readSuspended(value.suspended),
    ...(Object.keys(value.limits).length > 0 && { limits: value.limits as OwnLimits }),
    cache: value.cache,
    file: source.file,
  }
  const bytes = Buffer.byteLength(JSON.stringify(value.props))
  if (bytes > MAX_PROPS_BYTES) {
    const message = `take ${bytes} bytes as JSON: keep them to ${MAX_PROPS_BYTES}`
    findings.push({ path: ['props'], where: 'key', message })
  }
  return {
    value: { tenant: deepFreeze(tenant), indexes: rules.map(({ index }) => index) },
    findings,
  }
}

function readHosts(
  entries: Entries,
  document: ConfigDocument,
  findings: Finding[],
): { rule: HostRule; index: number }[] {
  const patterns = entries.map((entry, index) => {
    if (typeof entry === 'string') return readPattern(entry, ['hosts', index], findings)
    return readPattern(entry.host, ['hosts', index, 'host'], findings)
  })
  const served = patterns.filter((_, index) => typeof entries[index] === 'string')
  if (served.length === 0) {
    const message = 'every host redirects: write at least one that is served'
    findings.push({ path: ['hosts'], where: 'key', message })
  }
  return entries.flatMap((entry, index) => {
    const pattern = patterns[index]
    if (pattern === undefined) return []
    const { line } = document.at(['hosts', index])
    if (typeof entry === 'string') return { rule: { pattern, line }, index }
    const place = ['hosts', index, 'redirectTo']
    const to = readTarget(entry.redirectTo, place, served, findings) ?? ''
    return { rule: { pattern, redirect: { to, status: entry.status }, line }, index }
  })
}

/** @param served the hosts that do not redirect; undefined for one that could not be read */
function readTarget(
  text: string,
  path: Path,
  served: readonly (HostPattern | undefined)[],
  findings: Finding[],
): string | undefined {
  const target = readPattern(text, path, findings)
  if (target === undefined || served.length === 0 || served.includes(undefined)) return undefined
  const exact = served.filter((one) => one?.kind === 'exact').map((one) => one?.text ?? '')
  if (exact.includes(target.text)) return target.host
  const write = exact.length > 0 ? `write ${list(exact)}` : 'add it to hosts as well'
  const message = `${quote(text)} is no exact host that this tenant serves: ${write}`
  findings.push({ path, where: 'value', message })
  return undefined
}

function readPattern(text: string, path: Path, findings: Finding[]): HostPattern | undefined {
  const pattern = parseHostPattern(text)
  if (typeof pattern !== 'string') return pattern
  findings.push({ path, where: 'value', message: pattern })
  return undefined
}

function readSuspended(suspended: TenantFile['suspended']): TenantConfig['suspended'] {
  if (typeof suspended === 'object') return suspended.status
  return suspended ? 404 : 0
}
