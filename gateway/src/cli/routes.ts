import { Command } from 'commander'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/config.ts'
import { HostTable, type Rule } from '../tenants/host-table.ts'
import { configDir, configOption, jsonOption } from './options.ts'
import { placeOf } from './place.ts'
import { formatTable } from './table.ts'

/** `tenantry routes` */
export function routesCommand(): Command {
  return new Command('routes')
    .description('print the host table, in the order of precedence')
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async (flags: { config: string; json?: boolean }) => {
      const config = await loadConfig(configDir(flags), {
        mode: 'production',
        requireReleases: false,
      })
      const rules = new HostTable(config.tenants, config.gateway.defaultTenant).rules()
      console.log(flags.json ? JSON.stringify(rules.map(toJson), null, 2) : toTable(rules, config))
    })
}

function toTable(rules: readonly Rule[], config: Config): string {
  return formatTable(
    ['HOST', 'TENANT', 'APP', 'WHERE', 'NOTE'],
    rules.map((rule) => [
      rule.text,
      rule.tenant.id,
      rule.tenant.app,
      placeOf(rule.tenant.app, config),
      noteOf(rule),
    ]),
  )
}

function noteOf({ redirect, tenant }: Rule): string {
  if (tenant.suspended !== 0) return `suspended (${tenant.suspended})`
  return redirect === undefined ? '' : `${redirect.status} to ${redirect.to}`
}

function toJson({ kind, text, tenant, redirect }: Rule): object {
  return {
    host: text,
    kind,
    tenant: tenant.id,
    app: tenant.app,
    redirect,
    suspended: tenant.suspended,
  }
}
