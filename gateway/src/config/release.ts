import { readdir, readFile, readlink } from 'node:fs/promises'
import { basename, join } from 'node:path'

/** An immutable build of an app, below the app's own folder. */
export interface Release {
  /** Such as `20261124-184456-7f3a`: sorts by time. */
  readonly id: string
  /** Where it lies: what `next({ dir })` is given. */
  readonly dir: string
}

/** What `release.json` says of a release. */
export interface ReleaseManifest {
  readonly id: string
  readonly buildId: string
  readonly nextVersion: string
  /** ISO 8601. */
  readonly publishedAt: string
  /** SHA-256 of what was published. */
  readonly digest: string
}

const RELEASE_ID = /^\d{8}-\d{6}-[0-9a-f]{4}$/

/** The folder of an app that holds its releases. */
export function releasesFolder(appDir: string): string {
  return join(appDir, '.tenantry/releases')
}

/** The link that says which release is served. */
export function pointerOf(appDir: string): string {
  return join(appDir, '.tenantry/current')
}

/** The release that the pointer names; none where the pointer is missing, or the release not whole. */
export async function readCurrent(appDir: string): Promise<Release | undefined> {
  try {
    const id = basename(await readlink(pointerOf(appDir)))
    if (!RELEASE_ID.test(id)) return undefined
    const release = { id, dir: join(releasesFolder(appDir), id) }
    await readManifest(release)
    return release
  } catch {
    return undefined
  }
}

/** The releases of an app, newest first. */
export async function listReleases(appDir: string): Promise<Release[]> {
  const folder = releasesFolder(appDir)
  const names = await readdir(folder).catch(() => [])
  return names
    .filter((name) => RELEASE_ID.test(name))
    .toSorted((a, b) => (a < b ? 1 : -1))
    .map((id) => ({ id, dir: join(folder, id) }))
}

/** @throws where it is not there or not JSON */
export async function readManifest({ dir }: Release): Promise<ReleaseManifest> {
  return JSON.parse(await readFile(join(dir, 'release.json'), 'utf8')) as ReleaseManifest
}

/** The folder that `next({ dir })` is given for an app: its release, or its own folder in development. */
export function servedDir(app: {
  readonly dir: string
  readonly release: Release | undefined
}): string {
  return app.release?.dir ?? app.dir
}
