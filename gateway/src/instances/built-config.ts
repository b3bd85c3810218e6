import { readFileSync } from 'node:fs'
import { join } from 'node:path'
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
  return mergeConf(config, { ...conf, compress: false })
}
