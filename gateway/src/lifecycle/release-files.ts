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
  const found = (await Promise.all(roots.map((root) => walk(appDir, root)))).flat()
  const handlers = await handlerFiles(appDir, found.filter(isTrace))
  const read = found.filter((file) => !isTrace(file))
  return [...new Set([...read, ...handlers])].toSorted()
}

async function walk(appDir: string, path: string): Promise<string[]> {
  if ((await linkTarget(join(appDir, path))) !== undefined) return [path]
  const names = await readdir(join(appDir, path)).catch(() => undefined)
  if (names === undefined) return [path]
  const found = await Promise.all(names.map((name) => walk(appDir, join(path, name))))
  return found.flat()
}

/**
 * Cache handlers, which Next.js loads from beside the build, and what they import: Next.js traces them for each page.
 * @param traces paths of the traces
 */
async function handlerFiles(appDir: string, traces: readonly string[]): Promise<string[]> {
  const manifest = join(appDir, '.next/required-server-files.json')
  const { config = {} } = JSON.parse(await readFile(manifest, 'utf8')) as Manifest
  const { cacheHandler, cacheHandlers = {} } = config
  const named = [cacheHandler, ...Object.values(cacheHandlers)].filter((path) => path !== undefined)
  const handlers = named.map((path) => relative(appDir, resolve(appDir, '.next', path)))
  if (handlers.filter(isOwn).length === 0) return []
  const traced = await Promise.all(
    traces.map(async (trace) => {
      const { files } = JSON.parse(await readFile(join(appDir, trace), 'utf8')) as Trace
      return files.map((file) => relative(appDir, resolve(appDir, dirname(trace), file)))
    }),
  )
  return [...handlers, ...traced.flat()].filter(isOwn)
}

interface Manifest {
  readonly config?: { cacheHandler?: string; cacheHandlers?: Record<string, string | undefined> }
}

interface Trace {
  readonly files: readonly string[]
}

function isTrace(file: string): boolean {
  return file.endsWith('.nft.json')
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
