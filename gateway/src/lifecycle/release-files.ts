import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, readFile, readlink, symlink } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'

/** What a server of Next.js does not read of a build. */
const LEFT_OUT = new Set([
  'cache',
  'dev',
  'diagnostics',
  'lock',
  'standalone',
  'trace',
  'trace-build',
  'turbopack',
  'types',
])
/** What it reads beside the build. */
const BESIDE = /^(?:public|package\.json|\.env(?:\.production)?(?:\.local)?)$/

/** Paths of what a release of the app consists of, links among them, relative to the app's folder. */
export async function releaseFiles(appDir: string): Promise<string[]> {
  const beside = (await readdir(appDir)).filter((name) => BESIDE.test(name))
  const build = (await readdir(join(appDir, '.next'))).filter((name) => !LEFT_OUT.has(name))
  const roots = [...beside, ...build.map((name) => join('.next', name))]
  const found = await Promise.all(roots.map((root) => walk(appDir, root)))
  const all = [...found.flat(), ...(await tracedFiles(appDir))]
  return [...new Set(all)].filter((file) => !file.endsWith('.nft.json')).toSorted()
}

async function walk(appDir: string, path: string): Promise<string[]> {
  if ((await linkTarget(join(appDir, path))) !== undefined) return [path]
  const names = await readdir(join(appDir, path)).catch(() => undefined)
  if (names === undefined) return [path]
  const found = await Promise.all(names.map((name) => walk(appDir, join(path, name))))
  return found.flat()
}

/** Files of the app's own that the server loads from beside its build, such as a cache handler. */
async function tracedFiles(appDir: string): Promise<string[]> {
  const build = join(appDir, '.next')
  const text = await readFile(join(build, 'next-server.js.nft.json'), 'utf8').catch(() => '{}')
  const { files = [] } = JSON.parse(text) as { files?: string[] }
  return files.map((file) => relative(appDir, resolve(build, file))).filter(isOwn)
}

function isOwn(file: string): boolean {
  const parts = file.split(sep)
  return (
    !isAbsolute(file) &&
    !['..', '.next', '.tenantry'].includes(parts[0] ?? '') &&
    !parts.includes('node_modules')
  )
}

/** SHA-256 over the names and the content of the files. */
export async function digestOf(appDir: string, files: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const file of files) {
    const path = join(appDir, file)
    hash.update(`${file}\0`)
    hash.update((await linkTarget(path)) ?? (await readFile(path)))
    hash.update('\0')
  }
  return hash.digest('hex')
}

/**
 * Copies a file of the app. A link, which Next.js makes in `.next/node_modules`, is pointed at its target anew.
 * @param to folder that the copy is made in
 * @param final folder that this one is renamed to
 */
export async function copyReleaseFile(
  appDir: string,
  file: string,
  to: string,
  final: string,
): Promise<void> {
  const copy = join(to, file)
  await mkdir(dirname(copy), { recursive: true })
  const target = await linkTarget(join(appDir, file))
  if (target === undefined) {
    await cp(join(appDir, file), copy, { preserveTimestamps: true })
    return
  }
  const absolute = resolve(appDir, dirname(file), target)
  const isCopied = absolute.startsWith(join(appDir, '.next') + sep)
  await symlink(isCopied ? target : relative(join(final, dirname(file)), absolute), copy)
}

async function linkTarget(path: string): Promise<string | undefined> {
  return readlink(path).catch(() => undefined)
}
