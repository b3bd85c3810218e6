import { Command } from 'commander'
import type { PurgeReport } from '../admin/api.ts'
import { UsageError } from '../errors.ts'
import { askRunning, socketOption, type ControlFlags } from './control.ts'
import { configOption } from './options.ts'

interface PurgeFlags extends ControlFlags {
  readonly path?: string
  readonly tag?: string
  readonly all?: boolean
}

/** `tenantry purge <tenant>` */
export function purgeCommand(): Command {
  return new Command('purge')
    .description(
      "drop answers of a tenant from the gateway's cache; what Next.js itself keeps stays",
    )
    .argument('<tenant>', 'id of the tenant')
    .option('--path <path>', 'those at this path, with any query, on every host of the tenant')
    .option('--tag <tag>', 'those with this cache tag, and those whose tags are not known')
    .option('--all', 'all of them')
    .addOption(configOption())
    .addOption(socketOption())
    .action(async (tenant: string, flags: PurgeFlags) => {
      const path = `/v1/tenants/${encodeURIComponent(tenant)}/purge?${String(queryOf(flags))}`
      const { entries } = await askRunning<PurgeReport>(flags, 'POST', path)
      console.log(`${entries} ${entries === 1 ? 'answer' : 'answers'} of ${tenant} dropped`)
    })
}

/** @throws {UsageError} */
function queryOf({ path, tag, all }: PurgeFlags): URLSearchParams {
  const named = [path, tag, all].filter((each) => each !== undefined)
  if (named.length !== 1) throw new UsageError('say what to drop: --path, --tag or --all')
  if (path !== undefined && !path.startsWith('/')) {
    throw new UsageError('write a path that begins with /')
  }
  if (path !== undefined) return new URLSearchParams({ path })
  return new URLSearchParams(tag === undefined ? { all: '' } : { tag })
}
