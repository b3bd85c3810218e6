import { Command } from 'commander'
import { loadConfig } from '../config/load.ts'
import { listReleases, readCurrent, readManifest, type Release } from '../config/release.ts'
import { CommandError, UsageError } from '../errors.ts'
import { socketOption, type ControlFlags } from './control.ts'
import { chooseApp, deploy } from './deploy.ts'
import { configDir, configOption, jsonOption } from './options.ts'
import { formatTable } from './table.ts'

/** `tenantry releases <app>` */
export function releasesCommand(): Command {
  return new Command('releases')
    .description('list the releases of an app, newest first')
    .argument('<app>', 'id of the app')
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async (id: string, flags: { config: string; json?: boolean }) => {
      const { apps } = await loadConfig(configDir(flags), {
        mode: 'production',
        requireReleases: false,
      })
      const { dir } = chooseApp(id, apps)
      const current = await readCurrent(dir)
      const releases = await Promise.all((await listReleases(dir)).map(readManifest))
      const rows = releases.map((each) => [
        each.id,
        each.buildId,
        each.nextVersion,
        each.publishedAt,
        each.id === current?.id ? 'current' : '',
      ])
      if (flags.json) console.log(JSON.stringify({ current: current?.id, releases }, null, 2))
      else console.log(formatTable(['RELEASE', 'BUILD', 'NEXT.JS', 'PUBLISHED', 'NOTE'], rows))
    })
}

/** `tenantry rollback <app> [release]` */
export function rollbackCommand(): Command {
  return new Command('rollback')
    .description('serve an earlier release of an app')
    .argument('<app>', 'id of the app')
    .argument('[release]', 'id of the release (default: the one before the current)')
    .addOption(configOption())
    .addOption(socketOption())
    .action(async (id: string, release: string | undefined, flags: ControlFlags) => {
      const config = await loadConfig(configDir(flags), {
        mode: 'production',
        requireReleases: false,
      })
      const app = chooseApp(id, config.apps)
      await deploy(app, await chooseRelease(app.dir, id, release), config, flags)
    })
}

async function chooseRelease(dir: string, app: string, id: string | undefined): Promise<Release> {
  const releases = await listReleases(dir)
  if (id !== undefined) {
    const named = releases.find((release) => release.id === id)
    if (named !== undefined) return named
    const all = releases.map((release) => release.id).join(', ') || 'none'
    throw new UsageError(`There is no release '${id}' of ${app}. The releases are: ${all}`)
  }
  const current = await readCurrent(dir)
  const before = releases.find((release) => current !== undefined && release.id < current.id)
  if (before !== undefined) return before
  throw new CommandError(`${app} has no release before ${current?.id ?? 'the first'}`)
}
