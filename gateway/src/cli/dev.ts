import { Command } from 'commander'
import { socketOption } from './control.ts'
import { configOption, hostOption, portOption } from './options.ts'
import { runGateway, type RunFlags } from './run.ts'

/** `tenantry dev` */
export function devCommand(): Command {
  return new Command('dev')
    .description('serve every tenant with hot reload; an app starts at its first request')
    .addOption(configOption())
    .addOption(portOption())
    .addOption(hostOption())
    .addOption(socketOption())
    .action((flags: RunFlags) => runGateway('development', flags))
}
