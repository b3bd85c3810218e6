import { Command } from 'commander'
import { loadConfig } from '../config/load.ts'
import { UsageError } from '../errors.ts'
import { HostTable } from '../tenants/host-table.ts'
import { resolveUrl, type Resolution } from '../tenants/resolve.ts'
import { configDir, configOption, jsonOption } from './options.ts'
import { placeOf } from './place.ts'
import { formatTable } from './table.ts'

/** `tenantry resolve <url>` */
export function resolveCommand(): Command {
  return new Command('resolve')
    .description('say which tenant and app a URL goes to, and why')
    .argument('<url>', 'such as http://acme.localhost:3000/cart; the scheme may be left out')
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async (url: string, flags: { config: string; json?: boolean }) => {
      const config = await loadConfig(configDir(flags), {
        mode: 'production',
        requireReleases: false,
      })
      const table = new HostTable(config.tenants, config.gateway.defaultTenant)
      const resolution = resolveUrl(url, table)
      if (resolution === undefined)
        throw new UsageError(`'${url}' is not a URL: write http://host/path`)
      const place = placeOf(resolution.app, config)
      console.log(flags.json ? JSON.stringify(resolution, null, 2) : describe(resolution, place))
      if (resolution.status >= 400) process.exitCode = 1
    })
}

function describe(resolution: Resolution, place: string): string {
  const { host, tenant, app, rule, beat, subdomain, location, status } = resolution
  const rows: [string, string][] = [
    ['host', host ?? ''],
    ['tenant', tenant ?? ''],
    ['app', app === undefined ? '' : `${app} (${place})`],
    ['rule', rule ?? 'none matches'],
    ['beat', beat.join(', ')],
    ['subdomain', subdomain],
    ['answer', location === undefined ? answerOf(status) : `${status} to ${location}`],
  ]
  return formatTable(
    ['', ''],
    rows.filter(([, value]) => value !== ''),
  ).trimStart()
}

function answerOf(status: number): string {
  return status === 200 ? 'the app' : `${status}, by the gateway`
}
