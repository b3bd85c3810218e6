import type { ReloadReport } from '../admin/api.ts'
import { askGateway } from '../admin/client.ts'
import type { NextAppConfig, Config } from '../config/config.ts'
import { readCurrent, type Release } from '../config/release.ts'
import { CommandError, UsageError } from '../errors.ts'
import { pointTo, prune } from '../lifecycle/publish.ts'
import { controlSocket, type ControlFlags } from './control.ts'

/**
 * Lets the pointer of an app name a release, and waits until the running gateway serves it, where there is one. A release
 * that does not come up is taken back: the pointer names the one before again, which never stopped serving.
 * @throws {CommandError} where it did not come up
 */
export async function deploy(
  app: NextAppConfig,
  release: Release,
  config: Config,
  flags: ControlFlags,
): Promise<void> {
  const before = await readCurrent(app.dir)
  await pointTo(app.dir, release)
  const socket = controlSocket(flags, config)
  const reload = async (): Promise<ReloadReport | undefined> =>
    socket === undefined ? undefined : askGateway<ReloadReport>(socket, 'POST', '/v1/reload')
  const report = await reload()
  const wrong = refusalOf(report, app, release)
  if (wrong !== undefined) {
    if (before !== undefined) await pointTo(app.dir, before)
    await reload()
    throw new CommandError(
      `release ${release.id} of ${app.id} did not come up${before === undefined ? '' : `, ${before.id} goes on serving`}: ${wrong}`,
    )
  }
  console.log(`${app.id}: ${sayOf(report, app, release)}`)
  const inUse = statusOf(report, app)?.instances.map((instance) => instance.release ?? '') ?? []
  await prune(app.dir, config.gateway.releases.keep, new Set(inUse))
}

/** The Next.js apps that a command means. @throws {UsageError} where there is no such app, or an upstream serves it */
export function chooseApps(ids: readonly string[], { apps }: Config): NextAppConfig[] {
  if (ids.length > 0) return ids.map((id) => chooseApp(id, apps))
  return [...apps.values()].flatMap((app) => {
    if (app.kind === 'next') return app.next.dev ? [] : app
    console.log(`${app.id} is served by an upstream: nothing to do`)
    return []
  })
}

export function chooseApp(id: string, apps: Config['apps']): NextAppConfig {
  const app = apps.get(id)
  if (app?.kind === 'next') return app
  if (app !== undefined) {
    throw new UsageError(`The app '${id}' is served by an upstream: it has no builds or releases`)
  }
  throw new UsageError(`There is no app '${id}'. The apps are: ${[...apps.keys()].join(', ')}`)
}

function statusOf(
  report: ReloadReport | undefined,
  app: NextAppConfig,
): NonNullable<ReloadReport['status']>['apps'][number] | undefined {
  return report?.status?.apps.find((each) => each.app === app.id)
}

function refusalOf(
  report: ReloadReport | undefined,
  app: NextAppConfig,
  release: Release,
): string | undefined {
  if (report?.refused !== undefined)
    return `the running gateway refuses the config:\n${report.refused}`
  const status = statusOf(report, app)
  const isServed =
    status === undefined || status.release === undefined || status.release === release.id
  const isUp = isServed && status?.state !== 'down' && status?.state !== 'broken'
  return isUp ? undefined : (status?.failure ?? `the app is ${status?.state}`)
}

function sayOf(report: ReloadReport | undefined, app: NextAppConfig, { id }: Release): string {
  const status = statusOf(report, app)
  if (status?.release === undefined) return `release ${id}`
  return status.state === 'ready'
    ? `release ${id} is served`
    : `release ${id} is served from the next request on`
}
