import { readdir, realpath, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { errorCode } from './source.ts'

/** A real path, or what is wrong with the one that was given. */
export type Located = { readonly path: string } | { readonly wrong: string }

const PROJECT_FILE = /^(?:package\.json|next\.config\.[cm]?[jt]s|app|pages)$/

/**
 * Finds the real path of what lies strictly inside a folder; links and `..` that lead out of it are refused.
 * @param text path as the config names it, relative to `base`
 * @param inside real path of the folder
 * @param name what to call the folder in the message
 */
export async function locateInside(
  text: string,
  base: string,
  inside: string,
  name: string,
): Promise<Located> {
  try {
    const path = await realpath(resolve(base, text))
    const holder = inside.endsWith(sep) ? inside : inside + sep
    return path.startsWith(holder)
      ? { path }
      : { wrong: `leads out of ${name}: move it into ${name}` }
  } catch (error) {
    return { wrong: missing(error) }
  }
}

/** Says why a folder is not a Next.js project, or returns undefined. @param dir its real path */
export async function refuseProject(dir: string): Promise<string | undefined> {
  try {
    if ((await readdir(dir)).some((name) => PROJECT_FILE.test(name))) return undefined
    const isProject = (await exists(join(dir, 'src/app'))) || (await exists(join(dir, 'src/pages')))
    return isProject
      ? undefined
      : 'is not a Next.js project: it has no package.json, next.config, app or pages'
  } catch (error) {
    if (errorCode(error) === 'ENOTDIR')
      return 'is not a folder: name the folder of a Next.js project'
    return missing(error)
  }
}

function missing(error: unknown): string {
  if (errorCode(error) === 'ENOENT') return 'does not exist: create it, or correct the path'
  return `cannot be opened (${errorCode(error)}): check its permissions`
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch {
    return false
  }
}
