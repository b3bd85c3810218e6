import { readEnv } from '../config/env.ts'
import { loadConfig } from '../config/load.ts'
import { CommandError } from '../errors.ts'
import { createGateway, type Gateway } from '../gateway.ts'
import { boundHeapGrowth } from '../instances/heap-growth.ts'
import { createLogger, type Logger } from '../telemetry/logger.ts'
import { controlSocket } from './control.ts'
import { configDir } from './options.ts'
import { placeOf } from './place.ts'
import { formatTable } from './table.ts'
import { readVersion } from '../telemetry/version.ts'

export interface RunFlags {
  readonly config: string
  readonly port?: number
  readonly host?: string
  readonly socket?: string
  readonly watch?: boolean
}

/**
 * Runs the gateway until a signal ends it.
 * @throws {ConfigError} before anything is started
 */
export async function runGateway(
  mode: 'development' | 'production',
  flags: RunFlags,
): Promise<void> {
  const env = readEnv()
  const dir = configDir(flags)
  const config = await loadConfig(dir, { mode, requireReleases: mode === 'production' })
  const { log } = config.gateway
  const format = log.format === 'auto' ? (mode === 'development' ? 'pretty' : 'json') : log.format
  const logger = createLogger({ level: log.level, format, colour: env.colour })
  const socket = controlSocket(flags, config)
  const options = {
    configDir: dir,
    mode,
    logger,
    env: env.all,
    host: flags.host,
    port: flags.port ?? env.port,
    control: socket === undefined ? undefined : { socket, stop: () => process.kill(process.pid) },
  }
  const gateway = await createGateway(options, {
    watch: flags.watch ?? true,
    cacheIsUsed: boundHeapGrowth,
  })
  endOnSignals(gateway, logger)
  await start(gateway)
  const url = `http://${flags.host ?? 'localhost'}:${gateway.port}`
  logger.info({ event: 'listening', mode, url, port: gateway.port }, `listening on ${url}`)
  if (format === 'pretty' || process.stderr.isTTY) process.stderr.write(welcome(gateway, mode))
}

async function start(gateway: Gateway): Promise<void> {
  try {
    await gateway.start()
  } catch (error) {
    await gateway.close()
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error
    throw new CommandError(
      code === 'EADDRINUSE' ? `${message}: choose another port with --port` : message,
      { cause: error },
    )
  }
}

/** The first SIGTERM or SIGINT drains and exits with 0; a second one ends at once. */
function endOnSignals(gateway: Gateway, logger: Logger): void {
  let ending = false
  const end = (signal: NodeJS.Signals): void => {
    if (ending) process.exit(signal === 'SIGINT' ? 130 : 143)
    ending = true
    const closed = gateway.close()
    logger.info({ event: 'closing', signal }, `${signal}: closing after what is in flight`)
    closed.then(
      () => {
        logger.info({ event: 'closed' }, 'closed')
        process.exit(0)
      },
      (error: unknown) => {
        logger.fatal({ err: error }, 'could not close')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
}

/** What a person sees first: where each tenant is. */
function welcome({ config, port }: Gateway, mode: string): string {
  const rows = config.tenants.slice(0, 20).map((tenant) => [
    `  ${tenant.id}`,
    tenant.hosts
      .filter((host) => host.redirect === undefined)
      .map((host) => `http://${host.pattern.text}:${port}`)
      .join('  '),
    placeOf(tenant.app, config),
  ])
  const more = config.tenants.length - rows.length
  return `\n${formatTable([`  tenantry ${readVersion()}`, mode, ''], rows)}\n${more > 0 ? `  and ${more} more\n` : ''}\n`
}
