import { randomBytes } from 'node:crypto'
import { access, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  listReleases,
  pointerOf,
  readCurrent,
  readManifest,
  releasesFolder,
  type Release,
  type ReleaseManifest,
} from '../config/release.ts'
import { CommandError } from '../errors.ts'
import { nextVersionOf } from '../instances/next-version.ts'
import { compressFiles } from './compress-files.ts'
import { copyReleaseFile, digestOf, releaseFiles } from './release-files.ts'

/** Folders of a publishing or pruning that was broken off are removed after this many milliseconds. */
const LEFT_BEHIND_AFTER = 3_600_000

export interface Published {
  readonly release: Release
  /** False where the build is the one that the pointer names already. */
  readonly isNew: boolean
}

/**
 * Copies the app's build to a release of its own. The pointer is not touched.
 * @param appDir real path of the app's folder
 * @param compresses false: static files are compressed when they are first asked for
 * @throws {CommandError} where there is no finished build; then nothing was published
 */
export async function publish(appDir: string, compresses: boolean = true): Promise<Published> {
  const buildId = await readBuildId(appDir)
  const files = await releaseFiles(appDir)
  const digest = await digestOf(appDir, files)
  const current = await readCurrent(appDir)
  if (current !== undefined && (await readManifest(current)).digest === digest) {
    return { release: current, isNew: false }
  }
  const now = new Date()
  const id = newId(now)
  const folder = releasesFolder(appDir)
  const draft = join(folder, `.draft-${id}`)
  const final = join(folder, id)
  const nextVersion = nextVersionOf(appDir)
  const manifest = { id, buildId, nextVersion, publishedAt: now.toISOString(), digest }
  try {
    for (const file of files) await copyReleaseFile(appDir, file, draft, final)
    if ((await readBuildId(appDir)) !== buildId) {
      throw new CommandError(`${appDir} was built anew while it was published: publish it again`)
    }
    if (compresses) await compressFiles(draft, current?.dir)
    await writeManifest(draft, manifest)
    await rename(draft, final)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  }
  return { release: { id, dir: final }, isNew: true }
}

/** Swaps the pointer, in one step. */
export async function pointTo(appDir: string, { id }: Release): Promise<void> {
  const pointer = pointerOf(appDir)
  const next = `${pointer}.${randomBytes(4).toString('hex')}`
  await symlink(`releases/${id}`, next)
  await rename(next, pointer)
}

/**
 * Removes all but the newest releases.
 * @param keep how many stay
 * @param inUse ids that stay as well
 * @returns ids of those that went
 */
export async function prune(
  appDir: string,
  keep: number,
  inUse: ReadonlySet<string>,
): Promise<string[]> {
  const folder = releasesFolder(appDir)
  const current = await readCurrent(appDir)
  const old = (await listReleases(appDir))
    .slice(keep)
    .filter(({ id }) => id !== current?.id && !inUse.has(id))
  for (const { id, dir } of old) await rename(dir, join(folder, `.gone-${id}`))
  for (const name of await readdir(folder).catch(() => [])) {
    const isLeft = name.startsWith('.draft-') && (await age(join(folder, name))) > LEFT_BEHIND_AFTER
    if (isLeft || name.startsWith('.gone-')) {
      await rm(join(folder, name), { recursive: true, force: true })
    }
  }
  return old.map(({ id }) => id)
}

async function age(path: string): Promise<number> {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }))
  return Date.now() - mtimeMs
}

async function readBuildId(appDir: string): Promise<string> {
  try {
    await access(join(appDir, '.next/required-server-files.json'))
    return (await readFile(join(appDir, '.next/BUILD_ID'), 'utf8')).trim()
  } catch {
    throw new CommandError(`${appDir} has no finished build in .next: build it first`)
  }
}

function writeManifest(dir: string, manifest: ReleaseManifest): Promise<void> {
  return writeFile(join(dir, 'release.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

function newId(now: Date): string {
  const digits = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  return `${digits}-${randomBytes(2).toString('hex')}`
}
