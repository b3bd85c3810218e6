import type { NextAppConfig } from '../../config/config.ts'
import { servedDir } from '../../config/release.ts'
import { InstanceError } from '../../errors.ts'
import { builtConfig, type NextConfig } from '../built-config.ts'

/**
 * The config of an app's build: a next.config module that was imported could never be unloaded.
 * @throws {InstanceError} where the config asks for what cannot be held in one process
 */
export function sharedConfig(app: NextAppConfig): NextConfig {
  const config = builtConfig(servedDir(app), app.next.conf)
  if (config.experimental?.['removeUncaughtErrorAndRejectionListeners'] === true) {
    throw new InstanceError(
      'experimental.removeUncaughtErrorAndRejectionListeners would take the listeners of the whole gateway away: leave it out, or use `runtime: process`',
    )
  }
  return config
}
