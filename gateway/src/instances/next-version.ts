import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/**
 * The version of Next.js that code in a folder gets when it starts now: read anew at each call, past what Node.js remembers of
 * modules and of where they lie.
 * @throws where there is none
 */
export function nextVersionOf(dir: string): string {
  const { resolve } = createRequire(join(dir, 'package.json'))
  const places = resolve.paths('next')?.map((place) => join(place, 'next/package.json')) ?? []
  const file = places.find((path) => existsSync(path)) ?? resolve('next/package.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
