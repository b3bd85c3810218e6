import { isUtf8 } from 'node:buffer'
import { readFile, readFileSync, stat, statSync, type Dirent, type Stats } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, parse, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { mapLimited } from './map-limited.ts'

/** One file of the config folder. */
export interface SourceFile {
  /** Absolute path. */
  readonly path: string
  /** Path relative to the project root, with forward slashes. */
  readonly file: string
  /** Name without its extension. */
  readonly stem: string
  /** Its text, or what is wrong with the file. */
  readonly reading: Reading
}

/** What reading a file gave. */
export type Reading = { readonly text: string } | { readonly wrong: string }

/** The files of a config folder, each list sorted by file name. */
export interface Sources {
  readonly gateway: readonly SourceFile[]
  readonly apps: readonly SourceFile[]
  readonly tenants: readonly SourceFile[]
}

/** What was read before, by path; a file whose stamp is the same is not read again. */
export type TextCache = Map<string, { readonly stamp: string; readonly reading: Reading }>

/** The most bytes that a file of the config takes. */
export const MAX_FILE_BYTES = 262_144

const READS_AT_ONCE = 32

/** A file that changed less than this before it was read may change again without a new time stamp. */
const SETTLED_MS = 3000

const CONFIG_FILE = /^[^.~#].*\.(?:yaml|yml|json)$/
const GATEWAY_FILE = /^gateway\.(?:yaml|yml|json)$/

/** Two ways to the same files. */
interface Access {
  readonly stat: (path: string) => Stats | Promise<Stats>
  readonly read: (path: string) => Buffer | Promise<Buffer>
}

/** The callback forms take a third of the time of `node:fs/promises` with thousands of small files. */
const WAITING: Access = { stat: promisify(stat), read: promisify(readFile) }

/** A tenth of the time again; for the first load, where nothing is being served yet that could be held up. */
const BLOCKING: Access = { stat: statSync, read: readFileSync }

/** Whether a file of this name belongs to the config: YAML or JSON, no dot file and no editor's backup. */
export function isConfigFileName(name: string): boolean {
  return CONFIG_FILE.test(name)
}

/**
 * Reads the texts of a config folder: `gateway.*`, `apps/*` and `tenants/*`, each of which may be absent. Only regular
 * files and links to such are read; a file that vanishes meanwhile is left out.
 * @param root folder that the reported paths are relative to
 * @param known emptied and filled again with what was read
 * @throws {Error} the system's error, where a folder cannot be listed
 */
export async function readSources(dir: string, root: string, known: TextCache): Promise<Sources> {
  const access = known.size === 0 ? BLOCKING : WAITING
  const before: TextCache = new Map(known)
  known.clear()
  const read = async (folder: string, entries: readonly Dirent[]): Promise<SourceFile[]> => {
    const sorted = entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))
    const files = await mapLimited(sorted, READS_AT_ONCE, async (entry) => {
      const path = join(folder, entry.name)
      const reading = await readEntry(path, entry, access, before, known)
      const file = displayPath(path, root)
      return reading && { path, file, stem: parse(entry.name).name, reading }
    })
    return files.filter((file) => file !== undefined)
  }
  const top = await readdir(dir, { withFileTypes: true })
  return {
    gateway: await read(
      dir,
      top.filter(({ name }) => GATEWAY_FILE.test(name)),
    ),
    apps: await read(join(dir, 'apps'), await list(join(dir, 'apps'))),
    tenants: await read(join(dir, 'tenants'), await list(join(dir, 'tenants'))),
  }
}

/**
 * Reads a UTF-8 text of at most `MAX_FILE_BYTES`.
 * @returns undefined where the path leads to something else than a regular file
 * @throws {Error} the system's error, where it cannot be read
 */
export async function readText(path: string): Promise<Reading | undefined> {
  const stats = await WAITING.stat(path)
  return stats.isFile() ? readRegular(path, stats, WAITING) : undefined
}

/** Path relative to the root, as issues write it. */
export function displayPath(path: string, root: string): string {
  return relative(root, path).split(sep).join('/')
}

/** The system's code of an error, such as `ENOENT`. */
export function errorCode(error: unknown): string {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : 'unknown'
}

async function list(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries.filter(({ name }) => isConfigFileName(name))
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  }
}

async function readEntry(
  path: string,
  entry: Dirent,
  access: Access,
  before: TextCache,
  known: TextCache,
): Promise<Reading | undefined> {
  if (!entry.isFile() && !entry.isSymbolicLink()) return undefined
  try {
    const stats = await access.stat(path)
    if (!stats.isFile()) return undefined
    const stamp = `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeMs}:${stats.ctimeMs}`
    const isSettled = Date.now() - stats.ctimeMs > SETTLED_MS
    const last = before.get(path)
    const reading = last?.stamp === stamp ? last.reading : await readRegular(path, stats, access)
    if (isSettled) known.set(path, { stamp, reading })
    return reading
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') {
      return { wrong: `cannot be read (${errorCode(error)}): check its permissions` }
    }
    return entry.isSymbolicLink() ? { wrong: 'links to a file that does not exist' } : undefined
  }
}

async function readRegular(path: string, stats: Stats, access: Access): Promise<Reading> {
  if (stats.size > MAX_FILE_BYTES) {
    return { wrong: `has ${stats.size} bytes: keep it to ${MAX_FILE_BYTES}` }
  }
  const bytes = await access.read(path)
  if (!isUtf8(bytes)) return { wrong: 'is not UTF-8 text: save it as UTF-8' }
  return { text: bytes.toString('utf8').replace(/^\ufeff/, '') }
}
