import { readdirSync, type Dirent } from 'node:fs'
import { join } from 'node:path'
import type { AppConfig } from '../config/config.ts'
import { releasesFolder } from '../config/release.ts'

/** The assets of one app's releases: what the current one has, and where those are that only others have. */
interface Assets {
  readonly current: ReadonlySet<string>
  readonly old: ReadonlyMap<string, string>
}

const NONE: Assets = { current: new Set(), old: new Map() }

/** Knows the assets of all kept releases of the apps of one config; read once for each app, when first asked. */
export class ReleaseAssets {
  readonly #apps: ReadonlyMap<string, AppConfig>
  readonly #known = new Map<string, Assets>()

  constructor(apps: ReadonlyMap<string, AppConfig>) {
    this.#apps = apps
  }

  /** The file of an asset that the current release does not have, and another one has. */
  find(app: string, asset: string): string | undefined {
    let assets = this.#known.get(app)
    if (assets === undefined) {
      assets = readAssets(this.#apps.get(app))
      this.#known.set(app, assets)
    }
    return assets.current.has(asset) ? undefined : assets.old.get(asset)
  }
}

function readAssets(app: AppConfig | undefined): Assets {
  if (app?.kind !== 'next' || app.release === undefined) return NONE
  const folder = releasesFolder(app.dir)
  const { id } = app.release
  const names = entries(folder).map(({ name }) => name)
  const others = names.filter((name) => name !== id && !name.startsWith('.'))
  if (others.length === 0) return NONE
  const old = new Map<string, string>()
  // Of files of one name, the newest release's stays.
  for (const other of others.toSorted()) {
    const statics = join(folder, other, '.next/static')
    for (const asset of assetsIn(statics)) old.set(asset, join(statics, asset))
  }
  return { current: new Set(assetsIn(join(folder, id, '.next/static'))), old }
}

/** Paths of the files in a folder, relative to it. */
function assetsIn(folder: string, below = ''): string[] {
  return entries(join(folder, below)).flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    return entry.isDirectory() ? assetsIn(folder, path) : [path]
  })
}

function entries(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}
