import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { mergeConf, type Conf } from './next-conf.ts'

/** Where Next.js takes the config of a build from, without running next.config (`server/config.js`). */
export const STANDALONE_CONFIG = '__NEXT_PRIVATE_STANDALONE_CONFIG'

export type NextConfig = Record<string, unknown> & { experimental?: Record<string, unknown> }

/**
 * The config that a build was made with, and the overrides of `next.conf`.
 * @param dir folder that holds the build
 */
export function builtConfig(dir: string, conf: Conf = {}): NextConfig {
  const file = join(dir, '.next/required-server-files.json')
  const { config } = JSON.parse(readFileSync(file, 'utf8')) as { config: NextConfig }
  // The gateway compresses, once for all runtimes.
  return mergeConf(withCacheHandler(config, dir), { ...conf, compress: false })
}

/** Next.js would look for it from the working folder of the process (`server/route-modules/route-module.js`). */
function withCacheHandler(config: NextConfig, dir: string): NextConfig {
  const { cacheHandler } = config
  if (typeof cacheHandler !== 'string' || cacheHandler.startsWith('file:')) return config
  return { ...config, cacheHandler: resolve(dir, '.next', cacheHandler) }
}
