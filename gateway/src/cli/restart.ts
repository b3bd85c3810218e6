import { Command } from 'commander'
import type { AppStatus } from '../lifecycle/app-status.ts'
import { CommandError } from '../errors.ts'
import { askRunning, socketOption, type ControlFlags } from './control.ts'
import { configOption } from './options.ts'

/** `tenantry restart <app>` */
export function restartCommand(): Command {
  return new Command('restart')
    .description('replace the instances of an app by new ones, without losing a request')
    .argument('<app>', 'id of the app')
    .addOption(configOption())
    .addOption(socketOption())
    .action(async (app: string, flags: ControlFlags) => {
      const before = new Date()
      const status = await askRunning<AppStatus>(flags, 'POST', `/v1/apps/${app}/restart`)
      if (status.state !== 'ready' || status.failure !== undefined) {
        throw new CommandError(
          `${app} is ${status.state}: ${status.failure ?? 'no reason is known'}`,
        )
      }
      console.log(`${app} is restarted, in ${Date.now() - before.getTime()} ms`)
    })
}

/** `tenantry stop [app]` */
export function stopCommand(): Command {
  return new Command('stop')
    .description('stop an app until its next request, or the gateway; what is in flight ends first')
    .argument('[app]', 'id of the app (default: the whole gateway)')
    .addOption(configOption())
    .addOption(socketOption())
    .action(async (app: string | undefined, flags: ControlFlags) => {
      await askRunning(flags, 'POST', app === undefined ? '/v1/stop' : `/v1/apps/${app}/stop`)
      console.log(app === undefined ? 'the gateway is ending' : `${app} is stopped`)
    })
}
