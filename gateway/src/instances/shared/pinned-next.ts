import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { InstanceError } from '../../errors.ts'
import { NextModules } from './modules.ts'

/** The versions of Next.js on which the compartments were proven, by the leak suite. */
const PROVEN_VERSIONS: readonly string[] = ['16.4.6']

const MEND = 'use `runtime: process` for this app'

/**
 * The one copy of Next.js that all shared apps run on: the one that stands beside the gateway.
 * @throws {InstanceError} where there is none
 */
export function pinnedNext(): NextModules {
  try {
    return new NextModules(import.meta.url)
  } catch (error) {
    throw new InstanceError(
      `the shared runtime needs \`next\` beside the gateway: npm install next@${PROVEN_VERSIONS.at(-1)}, or ${MEND}`,
      { cause: error },
    )
  }
}

/**
 * @param dir real path of the app's folder
 * @throws {InstanceError} where the app resolves another copy, or a version that was not proven
 */
export function checkNextOf(dir: string, next: NextModules): void {
  const own = createRequire(join(dir, 'package.json'))
  const path = realpathSync(own.resolve('next/package.json'))
  const { version } = own('next/package.json') as { version: string }
  if (!PROVEN_VERSIONS.includes(version)) {
    throw new InstanceError(
      `the shared runtime is proven for Next.js ${PROVEN_VERSIONS.join(', ')}, and this app has ${version}: ${MEND}`,
    )
  }
  if (path !== realpathSync(next.require.resolve('next/package.json'))) {
    throw new InstanceError(
      `shared apps run on one copy of Next.js, and this app has another (${path}): install one for all, or ${MEND}`,
    )
  }
}
