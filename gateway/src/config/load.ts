import { readdir, realpath } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { ConfigError, type ConfigIssue } from '../errors.ts'
import { readApp } from './app-file.ts'
import { loadApps } from './apps.ts'
import { createConfigCache, parseChanged, type ConfigCache } from './cache.ts'
import type { AppConfig, Config } from './config.ts'
import { checkClaims, checkDefaultTenant, keepIdentified, nameApps } from './cross-checks.ts'
import { quote } from './explain.ts'
import { deepFreeze, frozenMap } from './freeze.ts'
import { readGateway } from './gateway-file.ts'
import { fileIssue, issueIn, parseFile, type ParsedFile } from './parsed-file.ts'
import { appSchema, gatewaySchema, tenantSchema, type AppFile, type GatewayFile } from './schema.ts'
import { displayPath, errorCode, readSources, type Sources } from './source.ts'
import { readTenant, type TenantDraft } from './tenant-file.ts'
import type { Finding } from './validate.ts'

/** How a config is to be loaded. */
export interface LoadOptions {
  /** Decides `next.dev` of apps that do not say it. */
  readonly mode: 'development' | 'production'
  /** Refuse apps that are to run in production and have no release. */
  readonly requireReleases: boolean
  /** From `createConfigCache`, the same at every load of the folder: only changed files are read and parsed. */
  readonly cache?: ConfigCache
}

/**
 * Reads and checks a whole config folder; what it returns is frozen.
 * @param dir the config folder; its parent is the project root
 * @throws {ConfigError} with the issues of all files, sorted by file and line
 */
export async function loadConfig(dir: string, options: LoadOptions): Promise<Config> {
  const { cache = createConfigCache(), mode, requireReleases } = options
  const folder = resolve(dir)
  const root = dirname(folder)
  const issues: ConfigIssue[] = []
  const files = await parseSources(await listSources(folder, root, cache), cache, issues)
  checkClaims(files.tenants, issues)
  checkDefaultTenant(files.gateway, files.tenants, issues)
  const settings = files.gateway === undefined ? gatewaySchema.parse({}) : files.gateway.value
  const context = { folder, root, mode, requireReleases, issues, cache }
  const apps = settings && (await checkApps(files, settings.appsRoot, context))
  if (settings === undefined || apps === undefined || issues.length > 0) {
    throw new ConfigError(issues.toSorted(byPlace))
  }
  const { $schema: _, ...gateway } = settings
  const tenants = files.tenants.flatMap(({ value }) => value?.tenant ?? [])
  const byId = frozenMap(apps.map((app) => [app.id, deepFreeze(app)]))
  return deepFreeze({ root, dir: folder, gateway, tenants, apps: byId })
}

interface Files {
  readonly gateway: ParsedFile<GatewayFile> | undefined
  readonly apps: readonly ParsedFile<AppFile>[]
  readonly tenants: readonly ParsedFile<TenantDraft>[]
}

interface Context {
  readonly folder: string
  readonly root: string
  readonly mode: LoadOptions['mode']
  readonly requireReleases: boolean
  readonly issues: ConfigIssue[]
  readonly cache: ConfigCache
}

/** The real path of a folder, and the names in it. */
interface Listing {
  readonly path: string
  readonly names: readonly string[]
}

async function listSources(folder: string, root: string, cache: ConfigCache): Promise<Sources> {
  try {
    return await readSources(folder, root, cache.texts)
  } catch (error) {
    const { path = folder } = error as { path?: string }
    throw new ConfigError([fileIssue(displayPath(path, root), refuseFolder(error))])
  }
}

async function parseSources(
  sources: Sources,
  cache: ConfigCache,
  issues: ConfigIssue[],
): Promise<Files> {
  const gateway = await parseChanged(sources.gateway, cache.gateway, (source) =>
    parseFile(source, gatewaySchema, readGateway),
  )
  const apps = await parseChanged(sources.apps, cache.apps, (source) =>
    parseFile(source, appSchema, readApp),
  )
  const tenants = await parseChanged(sources.tenants, cache.tenants, (source) =>
    parseFile(source, tenantSchema, readTenant),
  )
  for (const file of [...gateway, ...apps, ...tenants]) issues.push(...file.issues)
  return {
    gateway: keepIdentified(gateway, issues)[0],
    apps: keepIdentified(apps, issues),
    tenants: keepIdentified(tenants, issues),
  }
}

/** @returns undefined where the folder of the apps cannot be used, so that nothing can be told of them */
async function checkApps(
  files: Files,
  appsRoot: string,
  { folder, root, cache, ...rest }: Context,
): Promise<AppConfig[] | undefined> {
  if (files.apps.length + files.tenants.length === 0) return []
  if (files.gateway?.isSure('appsRoot') === false) return undefined
  const listed = await listFolder(resolve(root, appsRoot))
  if ('wrong' in listed) {
    const message = `${quote(appsRoot)} ${listed.wrong}`
    const finding: Finding = { path: ['appsRoot'], where: 'value', message }
    const absent = fileIssue(`${displayPath(folder, root)}/gateway.yaml`, message, 'appsRoot')
    rest.issues.push(files.gateway === undefined ? absent : issueIn(files.gateway.source, finding))
    return undefined
  }
  const named = nameApps(files.apps, files.tenants, appsRoot, listed.names, rest.issues)
  const realRoot = await realpath(root)
  const otherFiles: string[] = []
  const context = { ...rest, root, realRoot, appsRoot, realAppsRoot: listed.path, otherFiles }
  const apps = await loadApps(named, context)
  cache.otherFiles = otherFiles
  return apps
}

async function listFolder(folder: string): Promise<Listing | { wrong: string }> {
  try {
    return { path: await realpath(folder), names: await readdir(folder) }
  } catch (error) {
    return { wrong: refuseFolder(error) }
  }
}

function refuseFolder(error: unknown): string {
  const code = errorCode(error)
  if (code === 'ENOENT') return 'does not exist: create the folder, or name another'
  if (code === 'ENOTDIR') return 'is not a folder: name a folder'
  return `cannot be listed (${code}): check its permissions`
}

function byPlace(a: ConfigIssue, b: ConfigIssue): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return a.line - b.line || a.column - b.column
}
