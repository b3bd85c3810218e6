import { parse, satisfies } from 'semver'
import type { NextAppConfig } from '../config/config.ts'
import { servedDir } from '../config/release.ts'
import { InstanceError } from '../errors.ts'
import { ADVISORIES, type Advisory } from './advisories.ts'
import { nextVersionOf } from './next-version.ts'

/**
 * Refuses an app whose Next.js is known to be vulnerable; config may accept an advisory by its id.
 * @throws {InstanceError} names each advisory, and the mend
 */
export function refuseVulnerable(app: NextAppConfig): void {
  const version = nextVersionOf(servedDir(app))
  const found = advisoriesOf(version).filter(({ id }) => !app.acceptAdvisories.includes(id))
  if (found.length === 0) return
  const list = found.map(({ id, cve, about }) => `${id}${cve ? ` (${cve})` : ''}: ${about}`)
  throw new InstanceError(
    `Next.js ${version} is known to be vulnerable, update it (npm install next@latest) and build again, or name in acceptAdvisories what you accept:\n${list.join('\n')}`,
  )
}

/** What is known of a version of Next.js. A prerelease is as vulnerable as the release that it led to, whatever came in between. */
export function advisoriesOf(version: string): Advisory[] {
  const options = { includePrerelease: true }
  const asked = [version, ...releaseOf(version)]
  return ADVISORIES.filter(({ ranges }) =>
    ranges.some((range) => asked.some((each) => satisfies(each, range, options))),
  )
}

/** `15.1.0` of `15.1.0-canary.3`. */
function releaseOf(version: string): string[] {
  const parsed = parse(version)
  return parsed === null || parsed.prerelease.length === 0
    ? []
    : [`${parsed.major}.${parsed.minor}.${parsed.patch}`]
}
