import { relative } from 'node:path'
import type { Config } from '../config/config.ts'

/** Where an app is, for people: its folder, or its targets. */
export function placeOf(id: string | undefined, { apps, root }: Config): string {
  const app = apps.get(id ?? '')
  if (app === undefined) return ''
  return app.kind === 'next'
    ? relative(root, app.dir)
    : app.targets.map(({ name }) => name).join(', ')
}
