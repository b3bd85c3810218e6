import { Command } from 'commander'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/config.ts'
import { CommandError, InstanceError } from '../errors.ts'
import { refuseVulnerable } from '../instances/version-gate.ts'
import { configDir, configOption } from './options.ts'

/** `tenantry check` */
export function checkCommand(): Command {
  return new Command('check')
    .description('say everything that is wrong with the config; exit 1 where something is')
    .addOption(configOption())
    .option('--no-releases', 'do not ask that every app has a release')
    .action(async (flags: { config: string; releases: boolean }) => {
      const config = await loadConfig(configDir(flags), {
        mode: 'production',
        requireReleases: flags.releases,
      })
      if (flags.releases) refuseVulnerableApps(config)
      const hosts = config.tenants.reduce((sum, tenant) => sum + tenant.hosts.length, 0)
      console.log(`ok: ${config.tenants.length} tenants, ${hosts} hosts, ${config.apps.size} apps`)
    })
}

/** @throws {CommandError} with every app that would not start as its Next.js is vulnerable */
function refuseVulnerableApps({ apps }: Config): void {
  const refused = [...apps.values()].flatMap((app) => {
    if (app.kind !== 'next') return []
    try {
      refuseVulnerable(app)
      return []
    } catch (error) {
      if (!(error instanceof InstanceError)) throw error
      return [`${app.id}: ${error.message}`]
    }
  })
  if (refused.length > 0) throw new CommandError(refused.join('\n\n'))
}
