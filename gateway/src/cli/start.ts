import { Command } from 'commander'
import { configOption, hostOption, portOption } from './options.ts'
import { runGateway, type RunFlags } from './run.ts'

/** `tenantry start` */
export function startCommand(): Command {
  return new Command('start')
    .description('serve every tenant in production; PORT is honoured where --port is not given')
    .addOption(configOption())
    .addOption(portOption())
    .addOption(hostOption())
    .action((flags: RunFlags) => runGateway('production', flags))
}
