import { Command, CommanderError } from 'commander'
import { readVersion } from '../telemetry/version.ts'
import { CommandError, ConfigError, UsageError } from '../errors.ts'
import { addCommand } from './add.ts'
import { buildCommand, publishCommand } from './build.ts'
import { checkCommand } from './check.ts'
import { devCommand } from './dev.ts'
import { purgeCommand } from './purge.ts'
import { releasesCommand, rollbackCommand } from './releases.ts'
import { reloadCommand } from './reload.ts'
import { resolveCommand } from './resolve.ts'
import { restartCommand, stopCommand } from './restart.ts'
import { routesCommand } from './routes.ts'
import { startCommand } from './start.ts'
import { statusCommand } from './status.ts'

/** Exit codes: 0 done, 1 the config or the work failed, 2 the command was called wrongly. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('tenantry')
    .description('One gateway for many Next.js apps, each on its own hosts.')
    .version(readVersion())
    .showHelpAfterError('Run with --help for the options.')
    .addCommand(devCommand())
    .addCommand(buildCommand())
    .addCommand(publishCommand())
    .addCommand(startCommand())
    .addCommand(checkCommand())
    .addCommand(routesCommand())
    .addCommand(resolveCommand())
    .addCommand(addCommand())
    .addCommand(statusCommand())
    .addCommand(reloadCommand())
    .addCommand(restartCommand())
    .addCommand(stopCommand())
    .addCommand(purgeCommand())
    .addCommand(releasesCommand())
    .addCommand(rollbackCommand())
  for (const command of [program, ...program.commands]) command.exitOverride()
  try {
    await program.parseAsync(argv)
  } catch (error) {
    process.exitCode = report(error)
  }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof ConfigError) {
    const count = error.issues.length
    console.error(
      `The config has ${count} ${count === 1 ? 'issue' : 'issues'}:\n\n${error.message}\n`,
    )
    return 1
  }
  if (error instanceof UsageError || error instanceof RangeError) {
    console.error(error.message)
    return 2
  }
  console.error(error instanceof CommandError ? error.message : error)
  return 1
}
