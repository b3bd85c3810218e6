import type { Patch } from './patch.ts'

/**
 * `@next/env`: keeps the files that it read and the environment that it found, so that the second app's `.env` is never
 * loaded. Proven by the check `dotenv`.
 */
export const envFiles: Patch = {
  name: 'env-files',
  install: (next) => next.key('@next/env'),
}
