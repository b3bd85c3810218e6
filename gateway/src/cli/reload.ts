import { Command } from 'commander'
import type { ReloadReport } from '../admin/api.ts'
import type { Changes } from '../lifecycle/config-diff.ts'
import { CommandError } from '../errors.ts'
import { askRunning, socketOption, type ControlFlags } from './control.ts'
import { configOption, jsonOption } from './options.ts'

/** `tenantry reload` */
export function reloadCommand(): Command {
  return new Command('reload')
    .description(
      'read the config again and say what changed; without `start --no-watch` each change is read by itself',
    )
    .addOption(configOption())
    .addOption(socketOption())
    .addOption(jsonOption())
    .option('--dry-run', 'only say what would change')
    .action(async (flags: ControlFlags & { json?: boolean; dryRun?: boolean }) => {
      const query = flags.dryRun ? '?dryRun' : ''
      const report = await askRunning<ReloadReport>(flags, 'POST', `/v1/reload${query}`)
      if (report.refused !== undefined) {
        throw new CommandError(`The config is refused, the old one goes on:\n\n${report.refused}\n`)
      }
      console.log(flags.json ? JSON.stringify(report.diff, null, 2) : describe(report))
    })
}

function describe({ diff, status }: ReloadReport): string {
  if (diff === undefined) return ''
  const lines = [
    ...linesOf('tenant', diff.tenants),
    ...linesOf('app', diff.apps, (id) =>
      diff.apps.replaced.includes(id) ? ' (new instances)' : '',
    ),
    ...diff.gateway.map(
      (key) => `~ ${key}${diff.needingRestart.includes(key) ? ' (acts after a restart)' : ''}`,
    ),
  ]
  const failed = status?.apps.filter(({ failure }) => failure !== undefined) ?? []
  lines.push(...failed.map(({ app, failure }) => `! app ${app}: ${failure}`))
  return lines.length === 0 ? 'nothing changed' : lines.join('\n')
}

function linesOf(
  kind: string,
  { added, removed, changed }: Changes,
  note: (id: string) => string = () => '',
): string[] {
  return [
    ...added.map((id) => `+ ${kind} ${id}`),
    ...removed.map((id) => `- ${kind} ${id}`),
    ...changed.map((id) => `~ ${kind} ${id}${note(id)}`),
  ]
}
