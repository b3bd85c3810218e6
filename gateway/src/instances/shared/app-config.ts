import type { NextAppConfig } from '../../config/config.ts'
import { servedDir } from '../../config/release.ts'
import { InstanceError } from '../../errors.ts'
import { builtConfig, type NextConfig } from '../built-config.ts'
import type { NextModules } from './modules.ts'

/** Where Next.js keeps the config of an app in development, once it has read it. */
const CONFIG = 'next/dist/server/config'
const DEVELOPMENT = 'phase-development-server'

/**
 * The config of an app's build: a next.config module that was imported could never be unloaded.
 * @throws {InstanceError} where the config asks for what cannot be held in one process
 */
export function sharedConfig(app: NextAppConfig): NextConfig {
  const config = builtConfig(servedDir(app), app.next.conf)
  check(config)
  return config
}

/**
 * In development there is no build: asks for the config that Next.js prepared the app with.
 * @throws {InstanceError} as `sharedConfig` does
 */
export async function checkDevConfig(app: NextAppConfig, next: NextModules): Promise<void> {
  const { default: load } = next.require(CONFIG) as {
    default: (phase: string, dir: string, options: object) => Promise<NextConfig>
  }
  check(await load(DEVELOPMENT, servedDir(app), {}))
}

function check({ experimental }: NextConfig): void {
  if (experimental?.['removeUncaughtErrorAndRejectionListeners'] !== true) return
  throw new InstanceError(
    'experimental.removeUncaughtErrorAndRejectionListeners would take the listeners of the whole gateway away: leave it out, or use `runtime: process`',
  )
}
