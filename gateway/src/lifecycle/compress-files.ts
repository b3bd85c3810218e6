import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { mapLimited } from '../config/map-limited.ts'
import { COMPRESSIONS, compress, isCompressible } from '../http/compress.ts'
import { contentTypeOf } from '../releases/content-type.ts'
import { COMPRESSED_FOLDER, MIN_COMPRESSED, SUFFIXES } from '../releases/files.ts'

/** As many as libuv has threads. */
const AT_ONCE = 4
/** The best compression takes about two seconds for a megabyte: larger files are left as they are. */
const MAX_BYTES = 16_777_216
/** What is not this much smaller is not kept. */
const PAYS = 0.9

/**
 * Compresses the static files of a release once and for all, into a folder beside them.
 * @param dir folder of the release
 * @param before folder of the release before: what it has of the same files is taken from there
 */
export async function compressFiles(dir: string, before?: string): Promise<void> {
  const names = (
    await Promise.all(['.next/static', 'public'].map((folder) => filesBelow(dir, folder)))
  ).flat()
  const text = names.filter((name) => isCompressible(contentTypeOf(name)))
  await mapLimited(text, AT_ONCE, async (name) => {
    const plain = await readFile(join(dir, name))
    if (plain.length < MIN_COMPRESSED || plain.length > MAX_BYTES) return
    const isAsBefore = before !== undefined && (await isFile(join(before, name), plain))
    for (const compression of COMPRESSIONS) {
      const file = join(COMPRESSED_FOLDER, name + SUFFIXES[compression])
      await mkdir(dirname(join(dir, file)), { recursive: true })
      if (isAsBefore && (await hasCopied(join(before, file), join(dir, file)))) continue
      const made = await compress(plain, compression, 'publish')
      if (made.length <= plain.length * PAYS) await writeFile(join(dir, file), made)
    }
  })
}

async function isFile(path: string, content: Buffer): Promise<boolean> {
  const found = await readFile(path).catch(() => undefined)
  return found?.equals(content) ?? false
}

async function hasCopied(from: string, to: string): Promise<boolean> {
  return copyFile(from, to).then(
    () => true,
    () => false,
  )
}

/** Links are left out. */
async function filesBelow(dir: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(dir, folder), { withFileTypes: true }).catch(() => [])
  const found: string[] = []
  for (const entry of entries) {
    const name = `${folder}/${entry.name}`
    if (entry.isDirectory()) found.push(...(await filesBelow(dir, name)))
    else if (entry.isFile()) found.push(name)
  }
  return found
}
