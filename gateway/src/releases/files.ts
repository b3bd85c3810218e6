import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { mapLimited } from '../config/map-limited.ts'
import { COMPRESSIONS, isCompressible, type Compression } from '../http/compress.ts'
import { contentTypeOf } from './content-type.ts'
import type { BuildConfig } from './manifests.ts'
import { assetAliasOf } from './paths.ts'

/** A file of a release that is answered with as it is. */
export interface StaticFile {
  /** Absolute path. */
  readonly file: string
  /** Bytes. */
  readonly size: number
  /** Milliseconds since the epoch. */
  readonly modified: number
  /** `Content-Type`. */
  readonly type: string
  readonly cacheControl: string
  /** Worth compressing, by its type and size. */
  readonly isCompressible: boolean
  /** What was made of it when the release was published. */
  readonly compressed: Partial<Record<Compression, CompressedFile>>
}

interface CompressedFile {
  readonly file: string
  readonly size: number
}

/** Files by the path of their request: base path included, percent-encoded; each spelling that Next.js knows has an entry. */
export type FileIndex = ReadonlyMap<string, StaticFile>

/** Folder of a release with what was compressed when it was published, by the names of the files. */
export const COMPRESSED_FOLDER = 'compressed'
export const SUFFIXES: Record<Compression, string> = { br: '.br', gzip: '.gz', zstd: '.zst' }
/** Smaller files fit into one packet anyway. */
export const MIN_COMPRESSED = 1024

const IMMUTABLE = 'public, max-age=31536000, immutable'
const REVALIDATED = 'public, max-age=0'
const STATS_AT_ONCE = 16

/**
 * Finds the files of a release, as Next.js does when it starts (`server/lib/router-utils/filesystem.js`). What Next.js answers in
 * a way of its own is left out.
 * @param dir folder of the release
 */
export async function indexFiles(dir: string, config: BuildConfig): Promise<FileIndex> {
  const { basePath = '', i18n } = config
  const index = new Map<string, StaticFile>()
  const prefixes = prefixesOf(config)
  await addBuildFiles(index, dir, prefixes)
  // Next.js takes a first folder of this name for a language, and has paths below `_next` that are no files.
  const taken = new Set(['_next', ...(i18n?.locales ?? []).map((locale) => locale.toLowerCase())])
  for (const [name, file] of await readFiles(dir, 'public', REVALIDATED)) {
    if (!taken.has(name.split('/', 1)[0]?.toLowerCase() ?? ''))
      add(index, `${basePath}/`, name, file)
  }
  return index
}

/** The build files alone of a release that is served no more, for pages that were loaded from it. */
export async function indexOldFiles(dir: string): Promise<FileIndex> {
  const required = await readFile(join(dir, '.next/required-server-files.json'), 'utf8')
  const prefixes = prefixesOf((JSON.parse(required) as { config: BuildConfig }).config)
  const index = new Map<string, StaticFile>()
  await addBuildFiles(index, dir, prefixes)
  return index
}

async function addBuildFiles(
  index: Map<string, StaticFile>,
  dir: string,
  prefixes: readonly string[],
): Promise<void> {
  for (const [name, file] of await readFiles(dir, '.next/static', IMMUTABLE)) {
    // Service workers have one name in all releases, and headers of their own (`server/lib/router-server.js`).
    if (name.startsWith('service-worker/')) continue
    for (const prefix of prefixes) add(index, `${prefix}/_next/static/`, name, file)
  }
}

function prefixesOf(config: BuildConfig): string[] {
  const { basePath = '' } = config
  const alias = assetAliasOf(config)
  return alias === '' ? [basePath] : [basePath, alias]
}

function add(index: Map<string, StaticFile>, prefix: string, name: string, file: StaticFile): void {
  const encoded = name.split('/').map(encodeURIComponent).join('/')
  index.set(prefix + encoded, file)
  // Next.js takes `[slug]-….js` for `%5Bslug%5D-….js`, but no other spelling.
  if (encoded !== name && new URL(`http://n/${name}`).pathname === `/${name}`) {
    index.set(prefix + name, file)
  }
}

/** @returns the files below a folder of the release, by their name relative to it */
async function readFiles(
  dir: string,
  folder: string,
  cacheControl: string,
): Promise<[string, StaticFile][]> {
  const compressed = new Map(await statFiles(join(dir, COMPRESSED_FOLDER, folder)))
  const found = (await statFiles(join(dir, folder))).filter(([name]) => isServable(name))
  return found.map(([name, { size, modified }]) => {
    const type = contentTypeOf(name)
    const file: StaticFile = {
      file: join(dir, folder, name),
      size,
      modified,
      type,
      cacheControl,
      isCompressible: size >= MIN_COMPRESSED && isCompressible(type),
      compressed: {},
    }
    for (const compression of COMPRESSIONS) {
      const made = compressed.get(name + SUFFIXES[compression])
      if (made === undefined) continue
      const path = join(dir, COMPRESSED_FOLDER, folder, name + SUFFIXES[compression])
      file.compressed[compression] = { file: path, size: made.size }
    }
    return [name, file]
  })
}

/** Next.js hides files whose name begins with a dot, and refuses what it cannot decode twice (`send`). */
function isServable(name: string): boolean {
  return !name.slice(name.lastIndexOf('/') + 1).startsWith('.') && !/[%\\\p{Cc}]/u.test(name)
}

interface Stat {
  readonly size: number
  readonly modified: number
}

/** Plain files only: where a link leads is for Next.js to decide. */
async function statFiles(folder: string): Promise<[string, Stat][]> {
  const names = await plainFiles(folder, '')
  return mapLimited(names, STATS_AT_ONCE, async (name) => {
    const { size, mtimeMs } = await stat(join(folder, name))
    return [name, { size, modified: Math.floor(mtimeMs) }]
  })
}

async function plainFiles(folder: string, below: string): Promise<string[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true }).catch(() => [])
  const names: string[] = []
  for (const entry of entries) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) names.push(...(await plainFiles(folder, name)))
    else if (entry.isFile()) names.push(name)
  }
  return names
}
