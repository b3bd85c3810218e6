import { Command } from 'commander'
import { loadConfig } from '../config/load.ts'
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
      const hosts = config.tenants.reduce((sum, tenant) => sum + tenant.hosts.length, 0)
      console.log(`ok: ${config.tenants.length} tenants, ${hosts} hosts, ${config.apps.size} apps`)
    })
}
