import { resolve } from 'node:path'
import { InvalidArgumentError, Option } from 'commander'

/** `--config DIR`, of every command. */
export function configOption(): Option {
  return new Option('-c, --config <dir>', 'folder of the config').default('config')
}

export function portOption(): Option {
  return new Option('-p, --port <n>', 'port to listen on; 0 takes a free one').argParser(parsePort)
}

export function hostOption(): Option {
  return new Option('-H, --host <address>', 'address to listen on')
}

export function jsonOption(): Option {
  return new Option('--json', 'print JSON')
}

/** Absolute path of the folder that `--config` names. */
export function configDir(options: { readonly config: string }): string {
  return resolve(options.config)
}

function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new InvalidArgumentError('write a number from 0 to 65535')
  }
  return port
}
