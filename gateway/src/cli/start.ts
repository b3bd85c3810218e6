import { Command } from 'commander'
import { socketOption } from './control.ts'
import { configOption, hostOption, portOption } from './options.ts'
import { runGateway, type RunFlags } from './run.ts'

/** `tenantry start` */
export function startCommand(): Command {
  return new Command('start')
    .description('serve every tenant in production; PORT is honoured where --port is not given')
    .addOption(configOption())
    .addOption(portOption())
    .addOption(hostOption())
    .addOption(socketOption())
    .option('--no-watch', 'read the config again only at `tenantry reload`')
    .action((flags: RunFlags) => runGateway('production', flags))
}
