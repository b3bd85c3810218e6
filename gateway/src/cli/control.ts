import { dirname, resolve } from 'node:path'
import { Option } from 'commander'
import { askGateway } from '../admin/client.ts'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { CommandError, ConfigError } from '../errors.ts'
import { configDir } from './options.ts'

export interface ControlFlags {
  readonly config: string
  readonly socket?: string
}

/** `--socket FILE`, of every command that opens the control socket or asks over it. */
export function socketOption(): Option {
  return new Option('--socket <file>', 'control socket of the gateway (default: control.socket)')
}

/** Absolute path of the control socket; undefined where config wants none. */
export function controlSocket(flags: ControlFlags, config: Config): string | undefined {
  const { socket } = config.gateway.control
  if (flags.socket !== undefined) return resolve(flags.socket)
  return socket === false ? undefined : resolve(config.root, socket)
}

/** As `controlSocket`, also where the config is wrong: the gateway that runs with the last good one can be asked still. */
async function findControlSocket(flags: ControlFlags): Promise<string | undefined> {
  if (flags.socket !== undefined) return resolve(flags.socket)
  try {
    const dir = configDir(flags)
    return controlSocket(
      flags,
      await loadConfig(dir, { mode: 'production', requireReleases: false }),
    )
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return resolve(dirname(configDir(flags)), '.tenantry/gateway.sock')
  }
}

/** Asks the gateway that must be running. @throws {CommandError} where none runs, or it refuses */
export async function askRunning<T extends object>(
  flags: ControlFlags,
  method: 'GET' | 'POST',
  path: string,
): Promise<T> {
  const socket = await findControlSocket(flags)
  const answer = socket === undefined ? undefined : await askGateway<T>(socket, method, path)
  if (answer !== undefined) return answer
  throw new CommandError(
    socket === undefined
      ? 'config has no control socket (control.socket: false): name one with --socket'
      : `No gateway answers on ${socket}: start one with \`tenantry start\`, or name another --config or --socket`,
  )
}
