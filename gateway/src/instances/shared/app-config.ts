import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AppConfig } from '../../config/config.ts'
import { InstanceError } from '../../errors.ts'
import { mergeConf } from '../next-conf.ts'

type NextConfig = Record<string, unknown> & { experimental?: Record<string, unknown> }

/**
 * The config of an app's build, with the overrides of `next.conf`, as Next.js takes it without running next.config
 * (`__NEXT_PRIVATE_STANDALONE_CONFIG`, `server/config.js`): a module that was imported could never be unloaded.
 * @throws {InstanceError} where the config asks for what cannot be held in one process
 */
export function builtConfig({ dir, next }: AppConfig): NextConfig {
  const file = join(dir, '.next/required-server-files.json')
  const { config } = JSON.parse(readFileSync(file, 'utf8')) as { config: NextConfig }
  if (config.experimental?.['removeUncaughtErrorAndRejectionListeners'] === true) {
    throw new InstanceError(
      'experimental.removeUncaughtErrorAndRejectionListeners would take the listeners of the whole gateway away: leave it out, or use `runtime: process`',
    )
  }
  return mergeConf(config, next.conf ?? {})
}
