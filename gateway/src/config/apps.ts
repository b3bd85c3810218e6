import { posix } from 'node:path'
import type { ConfigIssue } from '../errors.ts'
import { locateInside, refuseProject } from './app-folder.ts'
import type { AppConfig, NextAppConfig } from './config.ts'
import type { Path } from './document.ts'
import { readEnvFiles } from './env-files.ts'
import { quote } from './explain.ts'
import { mapLimited } from './map-limited.ts'
import { issueIn, type Report } from './parsed-file.ts'
import { pointerOf, readCurrent } from './release.ts'
import type { AppFile, NextFile } from './schema.ts'
import type { SourceFile } from './source.ts'
import { loadUpstream } from './upstream.ts'

/** An app that has a file of its own, or that a tenant names. */
export interface NamedApp {
  readonly id: string
  readonly value: AppFile
  /** The app's own file, or that of the first tenant that names it. */
  readonly source: SourceFile
  readonly hasFile: boolean
  /** False where its file is wrong in a way that leaves open which folder was meant. */
  readonly isDirSure: boolean
}

/** Where apps are looked for, and what is asked of them. */
export interface AppsContext {
  readonly root: string
  readonly realRoot: string
  readonly appsRoot: string
  readonly realAppsRoot: string
  readonly mode: 'development' | 'production'
  readonly requireReleases: boolean
  readonly issues: ConfigIssue[]
  /** Filled with the absolute paths of all env files and pointers to releases, also of those that are missing. */
  readonly otherFiles: string[]
}

const APPS_AT_ONCE = 16

/** Looks at the folders and env files of all apps; those with issues are left out. */
export async function loadApps(
  named: readonly NamedApp[],
  context: AppsContext,
): Promise<AppConfig[]> {
  const apps = await mapLimited(named, APPS_AT_ONCE, (app) => loadApp(app, context))
  return apps.filter((app) => app !== undefined)
}

async function loadApp(app: NamedApp, context: AppsContext): Promise<AppConfig | undefined> {
  const { id, value } = app
  const report: Report = (path, message) => {
    const place: Path = app.hasFile ? path : ['app']
    context.issues.push(issueIn(app.source, { path: place, where: 'value', message }))
  }
  return value.kind === 'upstream'
    ? loadUpstream(id, value, context, report)
    : loadNext(app, value, context, report)
}

async function loadNext(
  app: NamedApp,
  value: NextFile,
  context: AppsContext,
  report: Report,
): Promise<NextAppConfig | undefined> {
  const { id } = app
  const isDevelopment = context.mode === 'development'
  const dev = value.next.dev ?? isDevelopment
  if (value.runtime === 'shared' && dev !== isDevelopment) {
    const message = `Next.js has one mode for a process, and the gateway runs for ${context.mode}: leave it out, or write \`runtime: process\``
    report(['next', 'dev'], message)
  }
  if (value.runtime === 'shared' && Object.keys(value.memory).length > 0) {
    report(['memory'], 'one process has one memory: leave it out, or write `runtime: process`')
  }
  if (value.runtime === 'shared' && value.instances > 1) {
    report(
      ['instances'],
      'one process gains nothing by it: leave it out, or write `runtime: process`',
    )
  }
  const variables = await readEnvFiles(value.envFile, context, report)
  const dir = app.isDirSure ? await locateProject(id, value, context, report) : undefined
  if (dir === undefined) return undefined
  const release = dev ? undefined : await readCurrent(dir)
  if (!dev) context.otherFiles.push(pointerOf(dir))
  if (context.requireReleases && !dev && release === undefined) {
    report(['dir'], `the app ${quote(id)} has no release: run \`tenantry build ${id}\``)
  }
  const env = { ...Object.fromEntries(variables), ...value.env }
  const { kind, runtime, start, idle, memory, health, cache, compression, acceptAdvisories } = value
  const instances = dev ? 1 : value.instances
  const next = { ...value.next, dev }
  const instance = { dir, release, runtime, instances, env, memory, acceptAdvisories, next }
  return { kind, id, start, idle, health, cache, compression, ...instance }
}

/** @returns the real path of the project folder */
async function locateProject(
  id: string,
  value: NextFile,
  context: AppsContext,
  report: Report,
): Promise<string | undefined> {
  const dir = value.dir ?? posix.join(context.appsRoot, id)
  const { root, realAppsRoot, appsRoot } = context
  const located = await locateInside(dir, root, realAppsRoot, `the folder ${quote(appsRoot)}`)
  const wrong = 'wrong' in located ? located.wrong : await refuseProject(located.path)
  if (wrong === undefined && 'path' in located) return located.path
  report(['dir'], `${quote(dir)} ${wrong}`)
  return undefined
}
