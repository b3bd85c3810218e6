import { createRequire } from 'node:module'
import { join } from 'node:path'

/** The version of Next.js that code in a folder gets. @throws where there is none */
export function nextVersionOf(dir: string): string {
  const require = createRequire(join(dir, 'package.json'))
  return (require('next/package.json') as { version: string }).version
}
