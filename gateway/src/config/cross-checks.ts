import type { ConfigIssue } from '../errors.ts'
import type { NamedApp } from './apps.ts'
import { quote } from './explain.ts'
import { unreachable } from './gateway-file.ts'
import { fileIssue, issueIn, type ParsedFile } from './parsed-file.ts'
import { appSchema, idSchema, type AppFile, type GatewayFile } from './schema.ts'
import type { TenantDraft } from './tenant-file.ts'
import { nearMiss } from './validate.ts'

/** Keeps the files that give an id, the first where two give the same one. */
export function keepIdentified<T>(
  files: readonly ParsedFile<T>[],
  issues: ConfigIssue[],
): ParsedFile<T>[] {
  const byStem = new Map<string, ParsedFile<T>>()
  for (const file of files) {
    const { stem, file: name } = file.source
    const other = byStem.get(stem)
    if (other !== undefined) {
      issues.push(fileIssue(name, `has the same name as ${other.source.file}: keep one of them`))
    } else if (idSchema.safeParse(stem).success) byStem.set(stem, file)
    else {
      const mend = 'rename it to lower-case letters, digits, hyphens and underscores, at most 63'
      issues.push(fileIssue(name, `its name is the id, and ${quote(stem)} does not fit: ${mend}`))
    }
  }
  return [...byStem.values()]
}

/** Finds hosts that two rules claim; the second in the order of the files is to blame. */
export function checkClaims(
  tenants: readonly ParsedFile<TenantDraft>[],
  issues: ConfigIssue[],
): void {
  const claims = new Map<string, string>()
  for (const { source, value } of tenants) {
    for (const [order, { pattern, line }] of (value?.tenant.hosts ?? []).entries()) {
      const first = claims.get(pattern.text)
      if (first === undefined) claims.set(pattern.text, `${source.file}:${line}`)
      else {
        const path = ['hosts', value?.indexes[order] ?? 0]
        const message = `${quote(pattern.text)} is claimed by ${first} already: remove it here or there`
        issues.push(issueIn(source, { path, where: 'value', message }))
      }
    }
  }
}

/** Finds a default tenant that does not exist. */
export function checkDefaultTenant(
  gateway: ParsedFile<GatewayFile> | undefined,
  tenants: readonly ParsedFile<TenantDraft>[],
  issues: ConfigIssue[],
): void {
  const id = gateway?.value?.defaultTenant
  if (gateway === undefined || id === undefined) return
  const ids = tenants.map(({ source }) => source.stem)
  if (ids.includes(id)) return
  const guess = nearMiss(id, ids)
  const mend =
    guess === undefined ? ': name one that has a file in tenants' : `, did you mean '${guess}'?`
  const message = `there is no tenant ${quote(id)}${mend}`
  issues.push(issueIn(gateway.source, { path: ['defaultTenant'], where: 'value', message }))
}

/** Finds limits of tenants that the whole gateway does not let them reach. */
export function checkTenantLimits(
  { limits, listen }: GatewayFile,
  tenants: readonly ParsedFile<TenantDraft>[],
  issues: ConfigIssue[],
): void {
  for (const { source, value } of tenants) {
    const found = unreachable(value?.tenant.limits ?? {}, ['limits'], limits, listen)
    issues.push(...found.map((finding) => issueIn(source, finding)))
  }
}

/**
 * The apps of the config: those with a file, and those that tenants name and that have a folder.
 * @param folders names of what lies in the folder of the apps
 */
export function nameApps(
  files: readonly ParsedFile<AppFile>[],
  tenants: readonly ParsedFile<TenantDraft>[],
  appsRoot: string,
  folders: readonly string[],
  issues: ConfigIssue[],
): NamedApp[] {
  const known = new Set([...files.map(({ source }) => source.stem), ...folders])
  const named = new Map<string, NamedApp | undefined>()
  for (const file of files) {
    const { source, value } = file
    const id = source.stem
    const isDirSure = file.isSure('dir')
    named.set(id, value && { id, value, source, hasFile: true, isDirSure })
  }
  for (const file of tenants) {
    const { source, value } = file
    const id = file.isSure('app') ? value?.tenant.app : undefined
    if (id === undefined || named.has(id)) continue
    if (known.has(id)) {
      const value = appSchema.parse({})
      named.set(id, { id, value, source, hasFile: false, isDirSure: true })
    } else {
      const guess = nearMiss(id, [...known])
      const mend = guess === undefined ? ': create one of them' : `, did you mean '${guess}'?`
      const message = `the app ${quote(id)} has neither a file apps/${id}.yaml in the config nor a folder ${appsRoot}/${id}${mend}`
      issues.push(issueIn(source, { path: ['app'], where: 'value', message }))
    }
  }
  return [...named.values()].filter((app) => app !== undefined)
}
